import { describe, expect, it } from 'vitest';
import { splitImages } from './split-images.ts';

describe('splitImages', () => {
  it.each([
    [1, 4, 7, [{ images: 1, seed: 7 }]],
    [4, 4, 7, [{ images: 4, seed: 7 }]],
    [
      8,
      4,
      7,
      [
        { images: 4, seed: 7 },
        { images: 4, seed: 11 },
      ],
    ],
    [
      6,
      4,
      0,
      [
        { images: 4, seed: 0 },
        { images: 2, seed: 4 },
      ],
    ],
    [
      5,
      4,
      2_147_483_645,
      [
        { images: 4, seed: 2_147_483_645 },
        { images: 1, seed: 1 },
      ],
    ],
  ])('splits %d images over calls of %d from seed %d', (total, perCall, seed, shares) => {
    expect(splitImages(total, perCall, seed)).toEqual(shares);
  });
});
