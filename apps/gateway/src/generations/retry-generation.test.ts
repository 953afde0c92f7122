import { expect, it } from 'vitest';
import { inputOf } from './retry-generation.ts';

const settings = { prompt: 'a fox', seed: 42, seed_asked: false, width: 64, height: 48, steps: 30, reference_image: 'vault:ab' };
const row: Parameters<typeof inputOf>[0] = {
  settings,
  engine: 'flux-juggernaut',
  status: 'completed',
  routing: { engine: 'flux-juggernaut', rule: 'quality-with-loras', considered: [] },
};
const { seed_asked: _, seed: __, ...asked } = settings;

it('asks for the same picture: same seed, same engine', () => {
  expect(inputOf(row, false)).toEqual({ ...asked, seed: 42, engine: 'flux-juggernaut' });
});

it('leaves the seed open to roll another', () => {
  expect(inputOf(row, true)).toEqual({ ...asked, engine: 'flux-juggernaut' });
});

it('routes a failed one anew, unless its caller had pinned the engine', () => {
  const failed = { ...row, status: 'failed' } as const;
  expect(inputOf(failed, false)).toEqual({ ...asked, seed: 42 });
  expect(inputOf({ ...failed, routing: { ...failed.routing, rule: 'pinned: the caller chose this engine' } }, false)).toMatchObject({
    engine: 'flux-juggernaut',
  });
});
