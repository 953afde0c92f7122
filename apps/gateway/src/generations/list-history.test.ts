import { expect, it } from 'vitest';
import { toEngines } from './list-history.ts';

it.each([
  [{}, undefined],
  [{ provider: 'fal' }, ['flux-standard', 'flux-advanced', 'flux-juggernaut']],
  [{ provider: 'fal-advanced' }, ['flux-advanced']],
  [{ provider: 'openai' }, ['openai', 'openai-edit']],
  [{ provider: 'openai-edit' }, ['openai-edit']],
  [{ has_seed: true }, ['flux-standard', 'flux-advanced', 'flux-juggernaut', 'replicate']],
  [{ has_seed: false }, ['openai', 'openai-edit']],
  [{ engine: 'replicate' as const, has_seed: false }, []],
  [{ engine: 'openai' as const, provider: 'fal' }, []],
])('%o leaves the engines %j', (query, engines) => {
  expect(toEngines(query)).toEqual(engines);
});
