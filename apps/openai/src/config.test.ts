import { expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const services = { DATABASE_URL: 'postgres://localhost/x', NATS_URL: 'nats://localhost', VAULT_DIR: '/tmp/vault' };

it('speaks to OpenAI with a key', () => {
  const { openai } = loadConfig({ ...services, OPENAI_API_KEY: 'sk-secret' });
  expect(openai.baseUrl).toBe('https://api.openai.com/v1');
  expect(openai.key.reveal()).toBe('sk-secret');
});

it('speaks to the simulator without one, in development', () => {
  const { openai } = loadConfig({ ...services, NODE_ENV: 'development', SIMULATOR_URL: 'http://127.0.0.1:4000/' });
  expect(openai.baseUrl).toBe('http://127.0.0.1:4000/openai/v1');
});

it('does not make believe in production: the key is missing', () => {
  expect(loadConfig({ ...services, SIMULATOR_URL: 'http://127.0.0.1:4000' }).openai.presence).toBe('missing');
});

it('says everything that is missing at once', () => {
  expect(() => loadConfig({ OPENAI_BASE_URL: 'nonsense' })).toThrow(/DATABASE_URL[\s\S]*NATS_URL[\s\S]*OPENAI_BASE_URL/);
});
