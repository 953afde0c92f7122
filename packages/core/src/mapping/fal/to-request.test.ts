import { describe, expect, it } from 'vitest';
import { contextWith, loras, settingsWith } from '../../../test/requests.ts';
import { engineById } from '../../engines/catalogue.ts';
import type { EngineId } from '../../engines/engine.ts';
import type { GenerationSettings } from '../../generation/settings.ts';
import { mapToProvider } from '../map-to-provider.ts';
import type { MappingContext } from '../mapping-context.ts';

function map(id: EngineId, settings: Partial<GenerationSettings> = {}, context: Partial<MappingContext> = {}) {
  return mapToProvider(engineById(id), settingsWith(settings), contextWith(context));
}
const bodyOf = (...request: Parameters<typeof map>) => map(...request).plan.calls[0]!.body;
const adjustmentsOf = (...request: Parameters<typeof map>) => map(...request).adjustments.map(({ reason, ...rest }) => rest);

describe('requests to fal', () => {
  it('sends a bare prompt to flux-lora', () => {
    expect(map('flux-standard')).toEqual({
      plan: {
        calls: [
          {
            endpoint: 'fal-ai/flux-lora',
            body: {
              prompt: 'a fox',
              image_size: 'square_hd',
              num_inference_steps: 40,
              guidance_scale: 7.5,
              loras: [],
              num_images: 1,
              seed: 42,
              acceleration: 'none',
              output_format: 'jpeg',
              enable_safety_checker: true,
            },
            images: 1,
            seed: 42,
          },
        ],
        actual: { steps: 40, cfg_scale: 7.5, width: 1024, height: 1024 },
        transcode: null,
      },
      adjustments: [],
    });
  });

  it('sends everything flux-general takes, unchanged', () => {
    const mapped = map(
      'flux-advanced',
      {
        negative_prompt: 'rain',
        seed: 0,
        seed_asked: true,
        steps: 50,
        cfg_scale: 20,
        width: 1000,
        height: 640,
        num_images: 8,
        format: 'png',
        sampler: 'DPM++ 2M',
      },
      { loras: loras(5, 2), safetyChecker: false },
    );
    expect(mapped.adjustments).toEqual([]);
    expect(mapped.plan).toEqual({
      calls: [
        {
          endpoint: 'fal-ai/flux-general',
          body: {
            prompt: 'a fox',
            negative_prompt: 'rain',
            image_size: { width: 1000, height: 640 },
            num_inference_steps: 50,
            guidance_scale: 20,
            loras: loras(5).map(({ url }) => ({ path: url, scale: 1 })),
            num_images: 8,
            seed: 0,
            scheduler: 'dpmpp_2m',
            output_format: 'png',
            enable_safety_checker: false,
          },
          images: 8,
          seed: 0,
        },
      ],
      actual: { steps: 50, cfg_scale: 20, width: 1000, height: 640 },
      transcode: null,
    });
  });

  it('sends juggernaut to its own endpoint', () => {
    expect(map('flux-juggernaut').plan.calls[0]!.endpoint).toBe('rundiffusion-fal/juggernaut-flux-lora');
    expect(bodyOf('flux-juggernaut')).toMatchObject({ acceleration: 'none', prompt: 'a fox' });
  });

  it.each([
    [0, 0],
    [0.5, 0.25],
    [1.2, 0.6],
    [2, 1],
  ])('halves the LoRA weight %d to %d', (weight, scale) => {
    expect(bodyOf('flux-standard', {}, { loras: loras(1, weight) }).loras).toEqual([
      { path: 'https://loras.example/1.safetensors', scale },
    ]);
  });

  it('passes on a scale that already is one of the engine', () => {
    expect(bodyOf('flux-standard', {}, { loras: [{ ...loras(1)[0]!, scale: 1.7 }] }).loras).toMatchObject([{ scale: 1.7 }]);
  });

  it.each(['flux-standard', 'flux-advanced', 'flux-juggernaut'] as const)('clamps the steps of %s and says so', (id) => {
    expect(bodyOf(id, { steps: 51 })).toMatchObject({ num_inference_steps: 50 });
    expect(adjustmentsOf(id, { steps: 51 })).toEqual([{ parameter: 'steps', kind: 'approximated', asked: 51, used: 50 }]);
    expect(adjustmentsOf(id, { steps: 1 })).toEqual([]);
  });

  it('clamps guidance where the endpoint does', () => {
    expect(bodyOf('flux-advanced', { cfg_scale: 21 })).toMatchObject({ guidance_scale: 20 });
    expect(adjustmentsOf('flux-advanced', { cfg_scale: 21 })).toEqual([
      { parameter: 'cfg_scale', kind: 'approximated', asked: 21, used: 20 },
    ]);
    expect(bodyOf('flux-standard', { cfg_scale: 30 })).toMatchObject({ guidance_scale: 30 });
  });

  it('takes the defaults of the door without calling them adjustments', () => {
    const mapped = map('flux-standard', {}, { defaults: { steps: 60, cfgScale: 3.5 } });
    expect(mapped.plan.calls[0]!.body).toMatchObject({ num_inference_steps: 50, guidance_scale: 3.5 });
    expect(mapped.adjustments).toEqual([]);
  });

  it.each(['flux-standard', 'flux-juggernaut'] as const)('adds the negative prompt to the prompt of %s', (id) => {
    expect(bodyOf(id, { negative_prompt: 'rain [x]' })).toMatchObject({ prompt: 'a fox [not: rain \\[x\\]]' });
    expect(bodyOf(id, { negative_prompt: 'rain' })).not.toHaveProperty('negative_prompt');
    expect(adjustmentsOf(id, { negative_prompt: 'rain' })).toMatchObject([
      { parameter: 'negative_prompt', kind: 'approximated', asked: 'rain' },
    ]);
  });

  it('treats an empty negative prompt as none', () => {
    expect(bodyOf('flux-advanced', { negative_prompt: '' })).not.toHaveProperty('negative_prompt');
    expect(adjustmentsOf('flux-standard', { negative_prompt: '' })).toEqual([]);
  });

  it.each([
    ['euler', 'euler', null],
    ['Euler', 'euler', null],
    ['dpmpp_2m', 'dpmpp_2m', null],
    ['DPM++ 2M Karras', 'dpmpp_2m', 'the nearest sampler Flux Advanced has'],
    ['DPM++ SDE Karras', 'dpmpp_2m', 'the nearest sampler Flux Advanced has'],
    ['DPM2 a', 'dpmpp_2m', 'the nearest sampler Flux Advanced has'],
    ['UniPC', 'dpmpp_2m', 'the nearest sampler Flux Advanced has'],
    ['Euler a', 'euler', 'the nearest sampler Flux Advanced has'],
    ['ddim', 'euler', 'the nearest sampler Flux Advanced has'],
    ['LMS', 'euler', 'the nearest sampler Flux Advanced has'],
    ['Heun', 'euler', 'the nearest sampler Flux Advanced has'],
    ['magic', 'euler', 'Flux Advanced knows no sampler of this name'],
    ['constructor', 'euler', 'Flux Advanced knows no sampler of this name'],
  ])('maps the sampler %s to %s', (sampler, scheduler, reason) => {
    const { plan, adjustments } = map('flux-advanced', { sampler });
    expect(plan.calls[0]!.body).toMatchObject({ scheduler });
    expect(adjustments).toEqual(reason ? [{ parameter: 'sampler', kind: 'approximated', asked: sampler, used: scheduler, reason }] : []);
  });

  it('drops the sampler where there is none', () => {
    expect(bodyOf('flux-standard', { sampler: 'euler' })).not.toHaveProperty('scheduler');
    expect(adjustmentsOf('flux-standard', { sampler: 'euler' })).toEqual([
      { parameter: 'sampler', kind: 'dropped', asked: 'euler', used: null },
    ]);
  });

  it('makes png and transcodes it for webp, with the quality asked', () => {
    const { plan, adjustments } = map('flux-standard', { format: 'webp', quality: 70 });
    expect(plan.calls[0]!.body).toMatchObject({ output_format: 'png' });
    expect(plan.transcode).toEqual({ format: 'webp', quality: 70 });
    expect(adjustments).toEqual([]);
    expect(map('flux-advanced', { format: 'webp' }).plan.transcode).toEqual({ format: 'webp', quality: 95 });
  });

  it('drops the quality of pictures it does not compress itself', () => {
    expect(adjustmentsOf('flux-standard', { quality: 70 })).toEqual([{ parameter: 'quality', kind: 'dropped', asked: 70, used: null }]);
  });

  it('changes a reference image at its own endpoint', () => {
    const { plan, adjustments } = map(
      'flux-standard',
      { strength: 0.6, reference_image: 'https://x.example/a.png' },
      { referenceImage: 'vault:abc' },
    );
    expect(plan.calls[0]).toMatchObject({
      endpoint: 'fal-ai/flux-lora/image-to-image',
      body: { image_url: 'vault:abc', strength: 0.6, image_size: 'square_hd' },
    });
    expect(adjustments).toEqual([]);
    expect(bodyOf('flux-standard', { reference_image: 'https://x.example/a.png' })).toMatchObject({ image_url: 'https://x.example/a.png' });
    expect(bodyOf('flux-standard', {}, { referenceImage: 'vault:abc' })).not.toHaveProperty('strength');
  });

  it('raises a strength of nothing to the least there is', () => {
    expect(bodyOf('flux-standard', { strength: 0 }, { referenceImage: 'vault:abc' })).toMatchObject({ strength: 0.01 });
    expect(adjustmentsOf('flux-standard', { strength: 0 }, { referenceImage: 'vault:abc' })).toEqual([
      { parameter: 'strength', kind: 'approximated', asked: 0, used: 0.01 },
    ]);
  });

  it.each(['flux-standard', 'flux-advanced', 'flux-juggernaut'] as const)('drops a strength without a picture at %s', (id) => {
    expect(bodyOf(id, { strength: 0.5 })).not.toHaveProperty('strength');
    expect(adjustmentsOf(id, { strength: 0.5 })).toEqual([{ parameter: 'strength', kind: 'dropped', asked: 0.5, used: null }]);
  });

  it('splits eight pictures over two calls with seeds that go on', () => {
    expect(
      map('flux-standard', { num_images: 8 }).plan.calls.map(({ body, images, seed }) => [body.num_images, body.seed, images, seed]),
    ).toEqual([
      [4, 42, 4, 42],
      [4, 46, 4, 46],
    ]);
  });
});
