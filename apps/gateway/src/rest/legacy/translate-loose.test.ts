import { AppError } from '@imagegen/core/errors/app-error';
import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue.fixture.ts';
import { presentFields, translateLoose } from './translate-loose.ts';

const translate = (body: unknown) => translateLoose(presentFields(body), { catalogue });
const inputOf = (fields: Record<string, unknown>) => {
  const { prompt, ...input } = translate({ prompt: 'a fox', ...fields }).input;
  return input;
};
const [portrait, paper] = catalogue.map(({ url }) => url);

describe('a lenient body', () => {
  it.each([
    [
      { steps: '40', cfg_scale: '3.5', seed: '-1', num_images: '2' },
      { steps: 40, cfg_scale: 3.5, seed: -1, num_images: 2 },
    ],
    [{ steps: '', seed: 'None', negative_prompt: null, loras: '', quality: '' }, {}],
    [
      { num_inference_steps: 28, guidance_scale: '7', scheduler: 'euler', output_format: 'jpg', n: '1' },
      { steps: 28, cfg_scale: 7, sampler: 'euler', format: 'jpeg', num_images: 1 },
    ],
    [{ cfg: '7' }, { cfg_scale: 7 }],
    [
      { save_to_vault: 'false', track_usage: 'TRUE' },
      { save_to_vault: false, track_usage: true },
    ],
    [{ image_size: 'portrait_4_3' }, { image_size: 'portrait_4_3' }],
    [{ image_size: 'square' }, { image_size: 'square_hd' }],
    [{ image_size: '768 x 1024' }, { dimensions: '768x1024' }],
    [{ image_size: { width: '640', height: 512 } }, { width: 640, height: 512 }],
    [
      { width: '512', height: '768', dimensions: '1024x1024', image_size: 'square_hd' },
      { width: 512, height: 768, dimensions: '1024x1024', image_size: 'square_hd' },
    ],
    [{ size: '1024x1536' }, { dimensions: '1024x1536' }],
    [{ size: 'auto', quality: 'auto' }, {}],
    [{ quality: 'hd' }, { render_quality: 'high' }],
    [{ quality: 'standard' }, { render_quality: 'medium' }],
    [{ quality: '80' }, { quality: 80 }],
    [{ provider_preference: 'flux' }, { provider_preference: 'fal' }],
    [{ provider_preference: 'rundiffusion' }, { engine: 'flux-juggernaut' }],
    [
      { image_url: 'https://a.example/b.png', strength: '0.8' },
      { reference_image: 'https://a.example/b.png', strength: 0.8 },
    ],
  ])('%j means %j', (fields, input) => {
    expect(inputOf(fields)).toEqual(input);
  });

  it.each([
    [[{ id: 309, weight: 1.2 }], { loras: [{ id: 309, weight: 1.2 }] }],
    [[{ id: '310', weight: '0.5' }], { loras: [{ id: 310, weight: 0.5 }] }],
    [
      [309, '310'],
      {
        loras: [
          { id: 309, weight: 1 },
          { id: 310, weight: 1 },
        ],
      },
    ],
    [
      ['lora_001', 'paper cut'],
      {
        loras: [
          { id: 309, weight: 1 },
          { id: 310, weight: 1 },
        ],
      },
    ],
    [[{ id: 'lora_002', name: 'x', weight: 0.8, trigger_words: ['a'] }], { loras: [{ id: 310, weight: 0.8 }] }],
    ['[{"id":309}]', { loras: [{ id: 309, weight: 1 }] }],
    ['lora_001', { loras: [{ id: 309, weight: 1 }] }],
    [
      [{ url: 'https://files.example/a.safetensors', scale: '0.7' }],
      { lora_files: [{ url: 'https://files.example/a.safetensors', scale: 0.7 }] },
    ],
    [[{ path: 'https://files.example/a.safetensors' }], { lora_files: [{ url: 'https://files.example/a.safetensors', scale: 1 }] }],
    [['https://files.example/a.safetensors'], { lora_files: [{ url: 'https://files.example/a.safetensors', scale: 1 }] }],
    [[{ id: 309, scale: 1.7 }, { id: 310 }], { loras: [{ id: 310, weight: 1 }], lora_files: [{ url: portrait, scale: 1.7 }] }],
    [[{ name: 'Paper Cut', scale: 0 }], { lora_files: [{ url: paper, scale: 0 }] }],
    [[], {}],
    [[''], {}],
  ])('takes LoRAs as %j', (loras, input) => {
    expect(inputOf({ loras })).toEqual(input);
  });

  it('reports what it leaves aside and what it approximates', () => {
    const { adjustments } = translate({
      prompt: 'a',
      user_id: 1,
      enable_safety_checker: false,
      companion_id: 'x'.repeat(300),
      cfg: 7,
      cfg_scale: 5,
      image_size: 'landscape_hd',
    });
    expect(adjustments.map(({ parameter, kind, used }) => [parameter, kind, used])).toEqual([
      ['cfg', 'dropped', null],
      ['image_size', 'approximated', 'landscape_4_3'],
      ['user_id', 'dropped', null],
      ['enable_safety_checker', 'dropped', null],
      ['companion_id', 'dropped', null],
    ]);
    expect(adjustments.at(-1)?.asked).toHaveLength(201);
  });

  it.each([
    [{ test: true }, 'VALIDATION_ERROR', 'prompt: is required'],
    [{ prompt: '' }, 'VALIDATION_ERROR', 'prompt: must not be empty'],
    [undefined, 'VALIDATION_ERROR', 'The request must be a JSON object'],
    ['text', 'VALIDATION_ERROR', 'The request must be a JSON object'],
    [{ prompt: 'a', steps: 'many' }, 'VALIDATION_ERROR', 'steps: must be a whole number from 1 to 150'],
    [{ prompt: 'a', image_size: 'huge' }, 'VALIDATION_ERROR', /^image_size: must be one of square_hd/],
    [{ prompt: 'a', loras: ['nobody', 'lora_001', {}] }, 'INVALID_LORA', 'Unknown LoRAs: nobody, nothing.'],
    [{ prompt: 'a', loras: [999] }, 'INVALID_LORA', 'Unknown LoRA: 999.'],
    [{ prompt: 'a', loras: [{ id: 309, weight: 3 }] }, 'VALIDATION_ERROR', 'loras.0.weight: must be a number from 0 to 2'],
    [
      { prompt: 'a', loras: [{ path: 'https://files.example/a', scale: 9 }] },
      'VALIDATION_ERROR',
      'loras.0.scale: must be a number from 0 to 4',
    ],
    [{ prompt: 'a', note: 'a\0' }, 'VALIDATION_ERROR', 'note: must not contain NUL or a lone surrogate'],
  ])('%j is refused as %s', (body, code, message) => {
    expect(refusalOf(body)).toMatchObject({ code, message: typeof message === 'string' ? message : expect.stringMatching(message) });
  });

  it.each([
    'http://files.example/a',
    'https://localhost/a',
    'https://127.0.0.1/a',
    'https://[::1]/a',
    'https://2130706433/a',
    'https://10.0.0.8/a',
    'https://user:secret@files.example/a',
    'https://vault.internal/a',
    'https://',
  ])('sends nobody to %s for a LoRA', (url) => {
    expect(refusalOf({ prompt: 'a', loras: [{ url, scale: 1 }] })?.message).toBe('loras.0: must be an https URL of a public host');
  });

  it('says which LoRAs are known', () => {
    expect(refusalOf({ prompt: 'a', loras: ['nobody'] })?.details).toEqual({ invalid_ids: ['nobody'], valid_ids: [309, 310] });
  });
});

function refusalOf(body: unknown): AppError | undefined {
  try {
    translate(body);
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
