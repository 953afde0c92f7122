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
    expect(chooseEndpoint({ ...choice, key, production })).toEqual({ baseUrl: 'https://queue.fal.run', key, presence: 'live' });
  }
});

test('without a key the simulator stands in', () => {
  expect(chooseEndpoint(choice)).toMatchObject({ baseUrl: 'http://127.0.0.1:4000/fal', presence: 'simulated' });
});

test('production never makes believe: the key is missing', () => {
  expect(chooseEndpoint({ ...choice, production: true })).toMatchObject({ baseUrl: 'https://queue.fal.run', presence: 'missing' });
});

test('with neither key nor simulator it says what to set', () => {
  expect(() => chooseEndpoint({ ...choice, simulator: { url: undefined, path: '/fal' } })).toThrow(/FAL_KEY.*SIMULATOR_URL/);
});
