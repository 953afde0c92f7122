import { expect, it } from 'vitest';
import { type Outcome, rollUp } from './roll-up.ts';

const outcome = (changes: Partial<Outcome> = {}): Outcome => ({
  kind: 'ended',
  user_id: 7,
  day: '2026-11-20',
  engine: 'flux-standard',
  api: 'v2',
  completed: true,
  error_code: null,
  images: 1,
  credits: 0.02,
  time_ms: 5_000,
  loras: [],
  ...changes,
});
const both = [
  { id: 310, weight: 0.5 },
  { id: 309, weight: 1 },
];

it('counts a generation for its user and for everybody', () => {
  const { usage } = rollUp([outcome(), outcome({ completed: false, credits: 0, images: 0, error_code: 'PROVIDER_ERROR' })]);
  expect(usage.filter(({ dimension }) => dimension === 'api').map(({ key, generations }) => [key, generations])).toEqual([
    ['v2', 2],
    ['v2', 2],
  ]);
  const all = usage.filter(({ dimension }) => dimension === 'all');
  expect(all).toHaveLength(2);
  for (const [index, userId] of [7, 0].entries()) {
    expect(all[index]).toMatchObject({
      user_id: userId,
      dimension: 'all',
      key: '',
      generations: 2,
      completed: 1,
      images: 1,
      credits: 0.02,
    });
    expect(all[index]?.time_buckets.reduce((sum, count) => sum + count)).toBe(1);
  }
});

it('counts each LoRA with its weight, and those used together as one combination in ascending order', () => {
  const { usage, loras } = rollUp([outcome({ loras: both }), outcome({ user_id: 8, loras: [{ id: 309, weight: 2 }] })]);
  expect(
    usage
      .filter(({ user_id, dimension }) => user_id === 0 && dimension !== 'all' && dimension !== 'api')
      .map(({ key, generations, weight }) => [key, generations, weight]),
  ).toEqual([
    ['310', 1, 0.5],
    ['309', 2, 3],
    ['309+310', 1, 0],
  ]);
  expect(loras).toEqual([
    { id: 310, generations: 1, weight: 0.5 },
    { id: 309, generations: 2, weight: 3 },
  ]);
});

it('learns about pairs from ends that say something, and from favourites given and taken back', () => {
  const { pairs, usage } = rollUp([
    outcome({ loras: both }),
    outcome({ loras: both, completed: false, error_code: 'CONTENT_REJECTED' }),
    outcome({ loras: both, completed: false, error_code: 'CANCELED' }),
    outcome({ loras: both, kind: 'favorited' }),
    outcome({ loras: both, kind: 'favorited' }),
    outcome({ loras: both, kind: 'unfavorited' }),
  ]);
  expect(pairs).toEqual([{ lora_id_1: 309, lora_id_2: 310, tested: 2, succeeded: 1, favorited: 1 }]);
  expect(usage.find(({ dimension, user_id }) => dimension === 'all' && user_id === 7)?.generations).toBe(3);
});
