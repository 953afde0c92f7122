import { describe, expect, it } from 'vitest';
import { contextWith, loras, multiLoraVersion, settingsWith } from '../../../test/requests.ts';
import { engineById } from '../../engines/catalogue.ts';
import type { GenerationSettings } from '../../generation/settings.ts';
import { mapToProvider } from '../map-to-provider.ts';
import type { MappingContext } from '../mapping-context.ts';

function map(settings: Partial<GenerationSettings> = {}, context: Partial<MappingContext> = {}) {
  return mapToProvider(engineById('replicate'), settingsWith(settings), contextWith(context));
}
const inputOf = (...request: Parameters<typeof map>) => map(...request).plan.calls[0]!.body.input;
const adjustmentsOf = (...request: Parameters<typeof map>) => map(...request).adjustments.map(({ reason, ...rest }) => rest);

describe('requests to Replicate', () => {
  it('sends a bare prompt with the defaults of the engine, not of the door', () => {
    expect(map()).toEqual({
      plan: {
        calls: [
          {
            endpoint: 'black-forest-labs/flux-dev-lora',
            body: {
              input: {
                prompt: 'a fox',
                aspect_ratio: '1:1',
                megapixels: '1',
                num_outputs: 1,
                num_inference_steps: 28,
                guidance: 3.5,
                seed: 42,
                output_format: 'jpg',
                output_quality: 95,
                disable_safety_checker: false,
                go_fast: false,
              },
            },
            images: 1,
            seed: 42,
          },
        ],
        actual: { steps: 28, cfg_scale: 3.5, width: 1024, height: 1024 },
        transcode: null,
      },
      adjustments: [],
    });
  });

  it('sends two LoRAs with their raw weights', () => {
    expect(inputOf({}, { loras: loras(2, 1.4), safetyChecker: false })).toMatchObject({
      lora_weights: 'https://loras.example/1.safetensors',
      lora_scale: 1.4,
      extra_lora: 'https://loras.example/2.safetensors',
      extra_lora_scale: 1.4,
      disable_safety_checker: true,
    });
  });

  it('sends three LoRAs to the model that takes them', () => {
    const { plan } = map({ num_images: 5, cfg_scale: 4 }, { loras: loras(3, 0.8), multiLoraVersion });
    expect(plan.calls).toEqual(
      [4, 1].map((images, index) => ({
        endpoint: `version:${multiLoraVersion}`,
        body: {
          version: multiLoraVersion,
          input: {
            prompt: 'a fox',
            aspect_ratio: '1:1',
            num_outputs: images,
            num_inference_steps: 28,
            guidance_scale: 4,
            hf_loras: loras(3).map(({ url }) => url),
            lora_scales: [0.8, 0.8, 0.8],
            seed: 42 + index * 4,
            output_format: 'jpg',
            output_quality: 95,
            disable_safety_checker: false,
          },
        },
        images,
        seed: 42 + index * 4,
      })),
    );
  });

  it('keeps two LoRAs at the official model even when the other one is configured', () => {
    expect(map({}, { loras: loras(2), multiLoraVersion }).plan.calls[0]!.endpoint).toBe('black-forest-labs/flux-dev-lora');
  });

  it.each([
    ['jpeg', 'jpg', 80],
    ['webp', 'webp', 80],
  ] as const)('compresses %s as asked', (format, output_format, output_quality) => {
    expect(inputOf({ format, quality: 80 })).toMatchObject({ output_format, output_quality });
    expect(adjustmentsOf({ format, quality: 80 })).toEqual([]);
  });

  it('drops the quality of a png', () => {
    expect(inputOf({ format: 'png', quality: 80 })).not.toHaveProperty('output_quality');
    expect(adjustmentsOf({ format: 'png', quality: 80 })).toEqual([{ parameter: 'quality', kind: 'dropped', asked: 80, used: null }]);
  });

  it.each([
    [1024, 768, '4:3', '1', '1152x896'],
    [512, 512, '1:1', '0.25', '512x512'],
    [1344, 768, '16:9', '1', '1344x768'],
    [1000, 1000, '1:1', '1', '1024x1024'],
    [256, 256, '1:1', '0.25', '512x512'],
  ])('makes %dx%d as %s', (width, height, aspect_ratio, megapixels, used) => {
    const { plan, adjustments } = map({ width, height });
    expect(plan.calls[0]!.body.input).toMatchObject({ aspect_ratio, megapixels });
    expect(`${plan.actual.width}x${plan.actual.height}`).toBe(used);
    const asked = `${width}x${height}`;
    expect(adjustments).toMatchObject(asked === used ? [] : [{ parameter: 'size', kind: 'approximated', asked, used }]);
  });

  it('reports everything it cannot do', () => {
    expect(adjustmentsOf({ steps: 60, cfg_scale: 12, sampler: 'euler', negative_prompt: 'rain', strength: 0.5, seed_asked: true })).toEqual(
      [
        { parameter: 'steps', kind: 'approximated', asked: 60, used: 50 },
        { parameter: 'cfg_scale', kind: 'approximated', asked: 12, used: 10 },
        { parameter: 'strength', kind: 'dropped', asked: 0.5, used: null },
        { parameter: 'sampler', kind: 'dropped', asked: 'euler', used: null },
        { parameter: 'negative_prompt', kind: 'approximated', asked: 'rain', used: '[not: …] at the end of the prompt' },
      ],
    );
  });

  it('changes a reference image', () => {
    expect(inputOf({ strength: 0.6 }, { referenceImage: 'vault:abc' })).toMatchObject({ image: 'vault:abc', prompt_strength: 0.6 });
    expect(inputOf({}, { referenceImage: 'vault:abc' })).not.toHaveProperty('prompt_strength');
  });

  it('says that a reference image decides the proportions', () => {
    expect(adjustmentsOf({ width: 1024, height: 768 }, { referenceImage: 'vault:abc' })).toEqual([
      { parameter: 'size', kind: 'approximated', asked: '1024x768', used: 'the proportions of the reference image' },
    ]);
    expect(adjustmentsOf({}, { referenceImage: 'vault:abc' })).toEqual([]);
  });

  it('never goes fast, since the seed is promised to make the picture again', () => {
    expect(inputOf({ seed: 0, seed_asked: true, priority: 'speed' })).toMatchObject({ seed: 0, go_fast: false });
  });
});
