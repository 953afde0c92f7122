import { describe, expect, it } from 'vitest';
import { catalogue } from '../legacy/catalogue.fixture.ts';
import { appliedLoras, isOpenAiPinned, translateBody } from './translate.ts';

const inputOf = (fields: Record<string, unknown>) => {
  const { prompt, ...input } = translateBody({ prompt: 'a fox', ...fields }, catalogue).input;
  return input;
};

describe('the deployed group', () => {
  it.each([
    [
      'the OpenAI test call',
      { priority: 'quality', provider_preference: 'openai', dimensions: '1024x1024' },
      { priority: 'quality', provider_preference: 'openai', dimensions: '1024x1024' },
    ],
    [
      'the LoRA test call',
      {
        width: 1536,
        height: 1024,
        cfg_scale: 8,
        steps: 40,
        loras: ['lora_001', 'lora_002'],
        provider_preference: 'flux',
        dimensions: '1536x1024',
      },
      {
        width: 1536,
        height: 1024,
        cfg_scale: 8,
        steps: 40,
        loras: [
          { id: 309, weight: 1 },
          { id: 310, weight: 1 },
        ],
        provider_preference: 'fal',
        dimensions: '1536x1024',
      },
    ],
    [
      "fal's names",
      {
        seed: 4,
        negative_prompt: '',
        num_inference_steps: 30,
        guidance_scale: 7.5,
        num_images: 1,
        safety_tolerance: '2',
        output_format: 'png',
        loras: [],
        user_id: 1,
      },
      { seed: 4, steps: 30, cfg_scale: 7.5, num_images: 1, format: 'png' },
    ],
    [
      'the newest front end',
      {
        cfg_scale: 7,
        steps: 30,
        dimensions: '512x768',
        sampler: 'Euler a',
        seed: -1,
        loras: [{ id: '309', name: 'x', weight: 0.8, trigger_words: [] }],
      },
      { cfg_scale: 7, steps: 30, dimensions: '512x768', sampler: 'Euler a', seed: -1, loras: [{ id: 309, weight: 0.8 }] },
    ],
    [
      'image to image with one LoRA',
      { image_url: 'https://a.example/b.png', lora_model: 'lora_001', lora_weight: 0.4, strength: 0.8 },
      { reference_image: 'https://a.example/b.png', loras: [{ id: 309, weight: 0.4 }], strength: 0.8 },
    ],
    [
      'image to image with blended LoRAs',
      { image: 'https://a.example/b.png', lora_models: ['lora_001', 'lora_002'], blend_weights: [0.3, '0.7'] },
      {
        reference_image: 'https://a.example/b.png',
        loras: [
          { id: 309, weight: 0.3 },
          { id: 310, weight: 0.7 },
        ],
      },
    ],
    ['a style', { style_preset: 'cinematic' }, { cfg_scale: 8, steps: 45 }],
    ['a style and steps', { style_preset: 'anime', num_inference_steps: 20 }, { cfg_scale: 9, steps: 20 }],
  ])('understands %s', (_, body, input) => {
    expect(inputOf(body)).toEqual(input);
  });

  it.each([
    [{ style_preset: 'cinematic' }, 'approximated', { cfg_scale: 8, steps: 45 }],
    [{ style_preset: 'cinematic', cfg_scale: 5, steps: 9 }, 'dropped', null],
    [{ style_preset: 'technical' }, 'dropped', null],
    [{ style_preset: 'constructor' }, 'dropped', null],
  ])('says of %j that the style was %s', (body, kind, used) => {
    const { adjustments } = translateBody({ prompt: 'a', ...body }, catalogue);
    expect(adjustments).toMatchObject([{ parameter: 'style_preset', kind, used }]);
  });

  it.each([
    [{}, false],
    [{ provider_preference: 'auto' }, false],
    [{ provider_preference: 'flux' }, false],
    [{ provider_preference: 'openai' }, true],
    [{ engine: 'openai-edit' }, true],
    [{ engine: 'flux-standard', provider_preference: 'openai' }, false],
    [{ priority: 'speed' }, false],
  ])('of %j, says that OpenAI was chosen: %s', (body, pinned) => {
    expect(isOpenAiPinned(translateBody({ prompt: 'a', ...body }, catalogue).input)).toBe(pinned);
  });

  it('lists the LoRAs it applies', () => {
    const { input } = translateBody({ prompt: 'a', loras: ['lora_001', { path: 'https://files.example/a', scale: 0.5 }] }, catalogue);
    expect(appliedLoras(input, catalogue)).toEqual([
      { id: 309, name: 'Realistic Portrait', weight: 1 },
      { url: 'https://files.example/a', weight: 0.5 },
    ]);
  });
});
