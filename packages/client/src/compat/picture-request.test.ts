import { describe, expect, it } from 'vitest';
import { type CompanionPicture, companionRequest, pictureRequest } from './picture-request.ts';

const generationDefaults = {
  cfg_scale: 7.5,
  steps: 30,
  dimensions: '1024x768',
  sampler: 'Euler a',
  seed: -1,
  loras: [{ id: 309, weight: 1.2 }],
  negative_prompt: 'blur',
  style_preset: 'photographic',
};
const companion = { generationDefaults };
const smart = '/api:f0PVlTz_/smart_generate';
const reworked = '/api:f0PVlTz_/image_to_image';
const source = 'https://a/b.png';

describe("a companion's picture", () => {
  it.each<[string, CompanionPicture, { path: string; body: object }]>([
    [
      'is asked for with all its defaults',
      ['a fox', 'text-to-image', companion],
      { path: smart, body: { ...generationDefaults, prompt: 'a fox' } },
    ],
    ['needs no companion', ['a fox', 'text-to-image', null], { path: smart, body: { prompt: 'a fox' } }],
    [
      'leaves a source aside that its type does not use',
      ['a fox', 'text-to-image', null, source],
      { path: smart, body: { prompt: 'a fox' } },
    ],
    ['is made out of a picture', ['a fox', 'image-to-image', {}, source], { path: reworked, body: { prompt: 'a fox', image: source } }],
    ['varies a picture', ['a fox', 'variation', null, source], { path: reworked, body: { prompt: 'a fox', image: source } }],
    [
      'takes the numbers of a style by name, not those of the companion',
      ['a fox', 'text-to-image', companion, null, 'anime'],
      { path: smart, body: { ...generationDefaults, prompt: 'a fox', style_preset: 'anime', steps: undefined, cfg_scale: undefined } },
    ],
    [
      'takes the settings a style brings along',
      ['a fox', 'text-to-image', companion, null, { id: 'mine', settings: { steps: 12 } }],
      { path: smart, body: { ...generationDefaults, prompt: 'a fox', style_preset: 'mine', steps: 12 } },
    ],
  ])('%s', (_, picture, expected) => {
    expect(companionRequest(...picture)).toEqual(expected);
  });

  it.each<[CompanionPicture, RegExp]>([
    [['a fox', 'image-to-image'], /picture is needed for image-to-image/],
    [['a fox', 'upscale', null, source], /does not enlarge/],
  ])('is refused for %j', (picture, message) => {
    expect(() => companionRequest(...picture)).toThrow(message);
  });
});

describe('a picture by parameters', () => {
  it.each([
    [{ prompt: 'a fox', dimensions: '512x768' }, smart],
    [{ prompt: 'a fox', image: source, strength: 0.4 }, reworked],
  ])('%j goes to %s as it is', (params, path) => {
    expect(pictureRequest(params)).toEqual({ path, body: params });
  });
});
