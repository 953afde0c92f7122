import { expect, it } from 'vitest';
import { cappedEngines } from './capped-engines.ts';

const fal = ['flux-standard', 'flux-advanced', 'flux-juggernaut'];

it.each([
  ['nothing is spent', [], []],
  ['one more picture fits', [{ provider: 'fal', spent_micros: 850_000 }], []],
  ['only the cheapest of a provider fits', [{ provider: 'fal', spent_micros: 930_000 }], ['flux-advanced', 'flux-juggernaut']],
  ['everything of a provider is spent', [{ provider: 'fal', spent_micros: 1_000_000 }], fal],
  [
    'more than everything is spent',
    [
      { provider: 'openai', spent_micros: 1_200_000 },
      { provider: 'replicate', spent_micros: 10 },
    ],
    ['openai', 'openai-edit'],
  ],
])('with a cap of one credit, when %s', (_, spend, capped) => {
  expect(Object.keys(cappedEngines(spend, 1_000_000)).toSorted()).toEqual(capped.toSorted());
});
