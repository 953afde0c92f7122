import { describe, expect, it } from 'vitest';
import { pictureTokens, priceUsdOf, usageOf } from './tokens.ts';

const square = { width: 1024, height: 1024 };

describe('output tokens', () => {
  it.each([
    ['gpt-image-2', 'low', 196],
    ['gpt-image-2', 'medium', 1756],
    ['gpt-image-2', 'high', 7024],
    ['gpt-image-2.5-flare', 'low', 196],
    ['gpt-image-2.5-flare', 'medium', 439],
    ['gpt-image-2.5-sunburst', 'high', 1756],
    ['gpt-image-1.5', 'medium', 1056],
    ['gpt-image-1-mini', 'high', 4160],
  ])('of %s at %s quality are the published %i for a square', (model, quality, tokens) => {
    expect(pictureTokens(model, quality, square)).toBe(tokens);
  });

  it('follow the shape of the picture', () => {
    expect(pictureTokens('gpt-image-2', 'high', { width: 1536, height: 1024 })).toBe(5488);
    expect(pictureTokens('gpt-image-1.5', 'low', { width: 1024, height: 1536 })).toBe(408);
  });
});

describe('usage', () => {
  const order = { model: 'gpt-image-2', prompt: 'a red fox', quality: 'low', size: square };

  it('adds up pictures, unfinished pictures and references', () => {
    const usage = usageOf(order, { pictures: 2, partialPictures: 3, references: 1 });
    expect(usage.output_tokens).toBe(2 * 196 + 300);
    expect(usage.input_tokens_details).toEqual({ text_tokens: 3, image_tokens: 194 });
    expect(usage.total_tokens).toBe(usage.input_tokens + usage.output_tokens);
  });

  it('has the published price', () => {
    const priceOf = (quality: string) =>
      priceUsdOf('gpt-image-2', usageOf({ ...order, prompt: '', quality }, { pictures: 1, partialPictures: 0, references: 0 }));
    expect(['low', 'medium', 'high'].map(priceOf)).toEqual([0.00588, 0.05268, 0.21072]);
  });
});
