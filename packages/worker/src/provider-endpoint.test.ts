import { Secret } from '@imagegen/runtime/secret';
import { expect, test } from 'vitest';
import { chooseEndpoint } from './provider-endpoint.ts';

const choice = {
  keyName: 'FAL_KEY',
  key: undefined,
  baseUrl: 'https://queue.fal.run',
  simulator: { url: 'http://127.0.0.1:4000', path: '/fal' },
  production: false,
};

test('a key leads to the real provider, simulator or not', () => {
  const key = new Secret('k');
  for (const production of [true, false]) {
    expect(chooseEndpoint({ ...choice, key, production })).toEqual({ baseUrl: 'https://queue.fal.run', key });
  }
});

test('without a key the simulator stands in', () => {
  expect(chooseEndpoint(choice).baseUrl).toBe('http://127.0.0.1:4000/fal');
});

test('production never makes believe', () => {
  expect(() => chooseEndpoint({ ...choice, production: true })).toThrow(/FAL_KEY: needed in production/);
});

test('with neither key nor simulator it says what to set', () => {
  expect(() => chooseEndpoint({ ...choice, simulator: { url: undefined, path: '/fal' } })).toThrow(/FAL_KEY.*SIMULATOR_URL/);
});
