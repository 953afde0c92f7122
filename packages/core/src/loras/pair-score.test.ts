import { describe, expect, it } from 'vitest';
import { neutralScore, pairScore } from './pair-score.ts';

describe('the score of two LoRAs', () => {
  it('is neutral before anything is known', () => {
    expect(neutralScore).toBe(0.75);
  });

  it.each([
    [{ tested: 1, succeeded: 0, favorited: 0 }, 0.6],
    [{ tested: 10, succeeded: 0, favorited: 0 }, 0.214],
    [{ tested: 10, succeeded: 10, favorited: 0 }, 0.929],
    [{ tested: 10, succeeded: 5, favorited: 5 }, 0.75],
    [{ tested: 1_000, succeeded: 1_000, favorited: 1_000 }, 1],
    [{ tested: 4, succeeded: 4, favorited: -3 }, 0.875],
  ])('of %o is %d', (counts, score) => {
    expect(pairScore(counts)).toBe(score);
  });
});
