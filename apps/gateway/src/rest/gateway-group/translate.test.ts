import type { AppError } from '@imagegen/core/errors/app-error';
import { describe, expect, it } from 'vitest';
import { translateBody } from './translate.ts';

const plan = {
  prompt: 'a fox',
  settings: { cfg_scale: 7.5, steps: 30, sampler: 'euler', seed: -1, width: 1024, height: 768, negative_prompt: '' },
  loras: [{ id: 309, weight: 1.2 }],
  options: { provider: 'auto', model: 'auto', num_images: 2, format: 'webp', quality: 90, save_to_vault: false },
};

describe('the nested body', () => {
  it('becomes flat', () => {
    expect(translateBody(plan)).toEqual({
      input: {
        prompt: 'a fox',
        cfg_scale: 7.5,
        steps: 30,
        sampler: 'euler',
        seed: -1,
        width: 1024,
        height: 768,
        negative_prompt: '',
        loras: [{ id: 309, weight: 1.2 }],
        num_images: 2,
        format: 'webp',
        quality: 90,
        save_to_vault: false,
      },
      adjustments: [],
    });
  });

  it('may say the size in three ways, and canonical fields at the top, where the group wins', () => {
    const { input } = translateBody({
      prompt: 'a',
      steps: 20,
      seed: 4,
      settings: { steps: 50, dimensions: '512x768', image_size: 'square' },
    });
    expect(input).toEqual({ prompt: 'a', steps: 50, seed: 4, dimensions: '512x768', image_size: 'square' });
  });

  it.each([
    [{}, {}],
    [{ provider: 'auto', model: 'auto' }, {}],
    [{ provider: 'fal' }, { provider_preference: 'fal' }],
    [{ provider: 'replicate' }, { provider_preference: 'replicate' }],
    [{ provider: 'openai' }, { provider_preference: 'openai' }],
    [{ provider: 'rundiffusion' }, { engine: 'flux-juggernaut' }],
    [{ model: 'flux-dev' }, { engine: 'replicate' }],
    [{ provider: 'fal', model: 'flux-dev' }, { engine: 'flux-standard' }],
    [{ model: 'juggernaut' }, { engine: 'flux-juggernaut' }],
    [{ provider: 'rundiffusion', model: 'juggernaut' }, { engine: 'flux-juggernaut' }],
    [{ model: 'flux-general' }, { engine: 'flux-advanced' }],
    [{ model: 'fal-standard' }, { engine: 'flux-standard' }],
    [{ model: 'openai-edit' }, { engine: 'openai-edit' }],
    [{ model: 'dall-e-3' }, { engine: 'openai' }],
  ])('reads the choice %j as %j', (options, chosen) => {
    expect(translateBody({ prompt: 'a', options }).input).toEqual({ prompt: 'a', ...chosen });
  });

  it('reports unknown fields where they stood', () => {
    const { input, adjustments } = translateBody({
      prompt: 'a',
      user_id: 7,
      settings: { clip_skip: 2 },
      options: { tiling: true, toString: 1 },
    });
    expect(input).toEqual({ prompt: 'a' });
    expect(adjustments).toEqual([
      { parameter: 'user_id', kind: 'dropped', asked: 7, used: null, reason: 'who is asking is told by the key alone' },
      { parameter: 'settings.clip_skip', kind: 'dropped', asked: 2, used: null, reason: 'not a field of this route' },
      { parameter: 'options.tiling', kind: 'dropped', asked: true, used: null, reason: 'not a field of this route' },
      { parameter: 'options.toString', kind: 'dropped', asked: 1, used: null, reason: 'not a field of this route' },
    ]);
  });

  it.each([
    [undefined, 'The request must be a JSON object'],
    [[], 'The request must be a JSON object'],
    [{}, 'prompt: is required'],
    [{ prompt: 'a', settings: 'fast' }, 'settings: must be a JSON object'],
    [{ prompt: 'a', settings: { steps: 151 } }, 'settings.steps: must be a whole number from 1 to 150'],
    [{ prompt: 'a', settings: { steps: '30' } }, 'settings.steps: must be a whole number from 1 to 150'],
    [{ prompt: 'a', options: { format: 'gif' } }, 'options.format: must be one of jpeg, png, webp'],
    [{ prompt: 'a', options: { provider: 'midjourney' } }, 'options.provider: must be one of auto, fal, rundiffusion, replicate, openai'],
    [{ prompt: 'a', options: { model: 'sdxl' } }, 'options.model: must be auto, flux-dev, juggernaut, flux-general or an engine id'],
    [
      { prompt: 'a', options: { provider: 'openai', model: 'juggernaut' } },
      "options.model: must be one of openai's models; Juggernaut Flux is at fal",
    ],
    [{ prompt: 'a', options: { note: 'a\0b' } }, 'options.note: must not contain NUL or a lone surrogate'],
  ])('refuses %j', (body, message) => {
    expect(refusalOf(body)).toMatchObject({ code: 'VALIDATION_ERROR', message });
  });
});

function refusalOf(body: unknown): AppError | undefined {
  try {
    translateBody(body);
    return undefined;
  } catch (error) {
    return error as AppError;
  }
}
