import { expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const services = { DATABASE_URL: 'postgres://localhost/x', NATS_URL: 'nats://localhost', VAULT_DIR: '/tmp/vault' };

it('speaks to Replicate with a key', () => {
  const { replicate } = loadConfig({ ...services, REPLICATE_API_TOKEN: 'r8_secret' });
  expect(replicate.baseUrl).toBe('https://api.replicate.com/v1');
  expect(replicate.key.reveal()).toBe('r8_secret');
});

it('speaks to the simulator without one, in development', () => {
  const { replicate } = loadConfig({ ...services, NODE_ENV: 'development', SIMULATOR_URL: 'http://127.0.0.1:4000/' });
  expect(replicate.baseUrl).toBe('http://127.0.0.1:4000/replicate/v1');
});

it('does not make believe in production: the key is missing', () => {
  expect(loadConfig({ ...services, SIMULATOR_URL: 'http://127.0.0.1:4000' }).replicate.presence).toBe('missing');
});

it('says everything that is missing at once', () => {
  expect(() => loadConfig({ REPLICATE_BASE_URL: 'nonsense' })).toThrow(/DATABASE_URL[\s\S]*NATS_URL[\s\S]*REPLICATE_BASE_URL/);
});

it('refuses to ask Replicate for webhooks over plain http, which only the simulator sends', () => {
  const webhooks = { PROVIDER_WEBHOOK_BASE_URL: 'http://gateway.example.com' };
  expect(() => loadConfig({ ...services, ...webhooks, REPLICATE_API_TOKEN: 'r8_secret' })).toThrow('PROVIDER_WEBHOOK_BASE_URL');
  const simulated = { NODE_ENV: 'development', SIMULATOR_URL: 'http://127.0.0.1:4000' };
  expect(loadConfig({ ...services, ...webhooks, ...simulated }).worker.callbackBaseUrl).toBe('http://gateway.example.com');
});
