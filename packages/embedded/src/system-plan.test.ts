import { expect, test } from 'vitest';
import { chooseApps } from './system-plan.ts';

const allKeys = { FAL_KEY: 'k', REPLICATE_API_TOKEN: 'k', OPENAI_API_KEY: 'k' };

test('without keys the simulator joins the gateway and the three provider services', () => {
  expect(chooseApps(undefined, {})).toEqual(['gateway', 'fal', 'replicate', 'openai', 'simulator']);
});

test('with all keys, given or in files, nothing is simulated', () => {
  expect(chooseApps(undefined, allKeys)).not.toContain('simulator');
  expect(chooseApps(undefined, { ...allKeys, FAL_KEY: '', FAL_KEY_FILE: '/run/secrets/fal' })).not.toContain('simulator');
});

test('one missing key is enough for the simulator, unless one is running elsewhere', () => {
  const env = { ...allKeys, OPENAI_API_KEY: undefined };
  expect(chooseApps(undefined, env)).toContain('simulator');
  expect(chooseApps(undefined, { ...env, SIMULATOR_URL: 'http://127.0.0.1:4000' })).not.toContain('simulator');
});

test('only the key of a provider service that runs counts', () => {
  expect(chooseApps(['gateway'], {})).toEqual(['gateway']);
  expect(chooseApps(['gateway', 'fal'], { FAL_KEY: 'k' })).toEqual(['gateway', 'fal']);
});
