import { describe, expect, it } from 'vitest';
import { translateReplicate } from './translate.ts';

describe("Replicate's route", () => {
  it.each([
    [
      { prompt: 'a', prompt_strength: 0.4 },
      { prompt: 'a', strength: 0.4 },
    ],
    [
      { prompt: 'a', strength: 0.4 },
      { prompt: 'a', strength: 0.4 },
    ],
    [
      { prompt: 'a', prompt_strength: 0.4, strength: 0.6 },
      { prompt: 'a', prompt_strength: 0.4, strength: 0.6 },
    ],
    [null, null],
    ['text', 'text'],
  ])('turns %j into %j', (body, canonical) => {
    expect(translateReplicate(body)).toEqual(canonical);
  });
});
