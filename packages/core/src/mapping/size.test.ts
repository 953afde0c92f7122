import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aspectRatioPixels, exactFalSize, mapToAspectRatio, mapToFalSize, mapToOpenAiSize } from './size.ts';

describe('mapToFalSize', () => {
  it.each([
    [1024, 1024, 'square_hd'],
    [1024, 768, 'landscape_4_3'],
    [768, 1024, 'portrait_4_3'],
    [1024, 576, 'landscape_16_9'],
    [576, 1024, 'portrait_16_9'],
    [1536, 1024, 'landscape_16_9'],
    [512, 768, 'portrait_16_9'],
    [1150, 1000, 'square_hd'],
    [1400, 1000, 'landscape_4_3'],
    [900, 1000, 'square_hd'],
    [890, 1000, 'portrait_4_3'],
    [700, 1000, 'portrait_4_3'],
    [699, 1000, 'portrait_16_9'],
    [1201, 1000, 'landscape_4_3'],
    [1401, 1000, 'landscape_16_9'],
  ])('maps %dx%d to %s', (width, height, preset) => {
    expect(mapToFalSize(width, height)).toBe(preset);
  });
});

describe('exactFalSize', () => {
  it.each([
    [512, 512, 'square'],
    [1024, 576, 'landscape_16_9'],
    [1025, 576, { width: 1025, height: 576 }],
  ])('sends %dx%d as %j', (width, height, sent) => {
    expect(exactFalSize({ width, height })).toEqual(sent);
  });
});

describe('mapToAspectRatio', () => {
  it.each([
    [1024, 1024, '1:1'],
    [1024, 768, '4:3'],
    [768, 1024, '3:4'],
    [1024, 576, '16:9'],
    [576, 1024, '9:16'],
    [1536, 1024, '3:2'],
    [512, 768, '2:3'],
    [1150, 1000, '5:4'],
    [1000, 1150, '4:5'],
    [1100, 1000, '1:1'],
    [2048, 256, '21:9'],
    [256, 2048, '9:21'],
    [2048, 1024, '16:9'],
  ])('maps %dx%d to %s', (width, height, ratio) => {
    expect(mapToAspectRatio(width, height)).toBe(ratio);
  });

  it('knows the pixels of a ratio', () => {
    expect(aspectRatioPixels('16:9', '1')).toEqual({ width: 1344, height: 768 });
    expect(aspectRatioPixels('1:1', '0.25')).toEqual({ width: 512, height: 512 });
  });
});

describe('mapToOpenAiSize', () => {
  it.each([
    ['gpt-image-2', 1024, 1024, '1024x1024'],
    ['gpt-image-2', 1536, 1024, '1536x1024'],
    ['gpt-image-2', 1000, 1000, '1008x1008'],
    ['gpt-image-2', 512, 512, '816x816'],
    ['gpt-image-2', 2048, 2048, '2048x2048'],
    ['gpt-image-2', 2048, 256, '1408x480'],
    ['gpt-image-2.6-flare', 256, 2048, '480x1408'],
    ['gpt-image-2.5-sunburst', 1024, 768, '1024x768'],
    ['gpt-image-1.5', 1024, 768, '1536x1024'],
    ['gpt-image-1.5', 1200, 1000, '1024x1024'],
    ['gpt-image-1-mini', 576, 1024, '1024x1536'],
    ['gpt-image-9', 1200, 1008, '1200x1008'],
  ])('%s makes %dx%d as %s', (model, width, height, expected) => {
    const size = mapToOpenAiSize(model, width, height);
    expect(`${size.width}x${size.height}`).toBe(expected);
  });

  it('always names a size the current models make, as wide or as high as asked', () => {
    const pixels = fc.integer({ min: 1, max: 6000 });
    fc.assert(
      fc.property(pixels, pixels, (width, height) => {
        const size = mapToOpenAiSize('gpt-image-2', width, height);
        const [long, short] = [Math.max(size.width, size.height), Math.min(size.width, size.height)];
        expect(size.width % 16).toBe(0);
        expect(size.height % 16).toBe(0);
        expect(long / short).toBeLessThanOrEqual(3);
        expect(long * short).toBeGreaterThanOrEqual(655_360);
        expect(long * short).toBeLessThanOrEqual(8_294_400);
        expect(long).toBeLessThanOrEqual(3840);
        expect(short).toBeLessThanOrEqual(2160);
        if (width > height) expect(size.width).toBeGreaterThanOrEqual(size.height);
        if (width < height) expect(size.width).toBeLessThanOrEqual(size.height);
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves alone what the current models make', () => {
    const sixteenths = fc.integer({ min: 52, max: 128 }).map((count) => count * 16);
    fc.assert(
      fc.property(sixteenths, sixteenths, (width, height) => {
        expect(mapToOpenAiSize('gpt-image-2', width, height)).toEqual({ width, height });
      }),
    );
  });
});
