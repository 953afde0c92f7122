import { expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const services = { DATABASE_URL: 'postgres://localhost/x', NATS_URL: 'nats://localhost', VAULT_DIR: '/tmp/vault' };

it('speaks to fal with a key', () => {
  const { fal } = loadConfig({ ...services, FAL_KEY: 'id:secret' });
  expect(fal.baseUrl).toBe('https://queue.fal.run');
  expect(fal.key.reveal()).toBe('id:secret');
});

it('speaks to the simulator without one, in development', () => {
  const { fal } = loadConfig({ ...services, NODE_ENV: 'development', SIMULATOR_URL: 'http://127.0.0.1:4000/' });
  expect(fal.baseUrl).toBe('http://127.0.0.1:4000/fal');
});

it('does not make believe in production: the key is missing', () => {
  expect(loadConfig({ ...services, SIMULATOR_URL: 'http://127.0.0.1:4000' }).fal.presence).toBe('missing');
});

it('says everything that is missing at once', () => {
  expect(() => loadConfig({ FAL_QUEUE_URL: 'nonsense' })).toThrow(/DATABASE_URL[\s\S]*NATS_URL[\s\S]*FAL_QUEUE_URL/);
});
