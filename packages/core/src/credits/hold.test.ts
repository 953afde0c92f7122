import { describe, expect, it } from 'vitest';
import { engineById } from '../engines/catalogue.ts';
import { holdMicros } from './hold.ts';

describe('holdMicros', () => {
  it.each([
    ['a square of 2²⁰ pixels, which is more than 10⁶', 'flux-standard', { width: 1024, height: 1024 }, 35_000, 70_000],
    ['a picture that is one megapixel either way', 'flux-standard', { width: 1000, height: 1000 }, 35_000, 35_000],
    ['every picture of several', 'flux-advanced', { width: 1024, height: 1024, num_images: 4 }, 300_000, 600_000],
    ['a price by the picture, where there is one reading', 'replicate', { width: 2048, height: 2048 }, 32_000, 32_000],
    ['a price by the token', 'openai', { width: 1024, height: 1024 }, 52_695, 52_695],
    ['an estimate of nothing, which still needs a hold', 'openai', { width: 256, height: 256 }, 0, 1],
  ] as const)('sets aside for %s', (_, id, settings, estimated, held) => {
    expect(holdMicros(engineById(id), settings, estimated)).toBe(held);
  });
});
