import { describe, expect, it } from 'vitest';
import { contextWith, settingsWith } from '../../../test/requests.ts';
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

describe('requests to OpenAI', () => {
  it('sends a bare prompt', () => {
    expect(map('openai')).toEqual({
      plan: {
        calls: [
          {
            endpoint: 'images/generations',
            body: {
              model: 'gpt-image-2',
              prompt: 'a fox',
              n: 1,
              size: '1024x1024',
              quality: 'medium',
              output_format: 'jpeg',
              output_compression: 95,
              moderation: 'auto',
              safety_identifier: 'u_1',
            },
            images: 1,
            seed: null,
          },
        ],
        actual: { steps: null, cfg_scale: null, width: 1024, height: 1024 },
        transcode: null,
      },
      adjustments: [],
    });
  });

  it('changes a reference image', () => {
    expect(map('openai-edit', { num_images: 8 }, { referenceImage: 'vault:abc' })).toMatchObject({
      plan: { calls: [{ endpoint: 'images/edits', body: { images: [{ image_url: 'vault:abc' }], n: 8 }, images: 8, seed: null }] },
      adjustments: [],
    });
  });

  it.each([
    [{}, 'medium'],
    [{ priority: 'quality' as const }, 'medium'],
    [{ priority: 'cost' as const }, 'low'],
    [{ priority: 'speed' as const, steps: 100 }, 'low'],
    [{ steps: 50 }, 'medium'],
    [{ steps: 51 }, 'high'],
    [{ quality: 0 }, 'medium'],
  ])('turns %j into quality %s', (asked, quality) => {
    expect(bodyOf('openai', asked)).toMatchObject({ quality });
  });

  it('lets the quality word of a door win', () => {
    expect(bodyOf('openai', { priority: 'cost', render_quality: 'high' })).toMatchObject({ quality: 'high' });
  });

  it('says of a quality word at an engine without qualities that it was dropped', () => {
    expect(adjustmentsOf('flux-standard', { render_quality: 'high' })).toEqual([
      { parameter: 'quality', kind: 'dropped', asked: 'high', used: null },
    ]);
  });

  it.each(['jpeg', 'webp'] as const)('compresses %s as asked', (format) => {
    expect(bodyOf('openai', { format, quality: 60 })).toMatchObject({ output_format: format, output_compression: 60 });
    expect(adjustmentsOf('openai', { format, quality: 60 })).toEqual([]);
  });

  it('drops the quality of a png', () => {
    expect(bodyOf('openai', { format: 'png' })).not.toHaveProperty('output_compression');
    expect(adjustmentsOf('openai', { format: 'png', quality: 60 })).toEqual([
      { parameter: 'quality', kind: 'dropped', asked: 60, used: null },
    ]);
  });

  it('reports everything that does not exist there', () => {
    const asked = { seed: 7, seed_asked: true, steps: 30, cfg_scale: 7, strength: 0.5, sampler: 'euler', negative_prompt: 'rain' };
    expect(adjustmentsOf('openai', asked)).toEqual([
      { parameter: 'seed', kind: 'dropped', asked: 7, used: null },
      { parameter: 'steps', kind: 'approximated', asked: 30, used: 'quality medium' },
      { parameter: 'cfg_scale', kind: 'dropped', asked: 7, used: null },
      { parameter: 'strength', kind: 'dropped', asked: 0.5, used: null },
      { parameter: 'sampler', kind: 'dropped', asked: 'euler', used: null },
      { parameter: 'negative_prompt', kind: 'approximated', asked: 'rain', used: '[not: …] at the end of the prompt' },
    ]);
    expect(Object.keys(bodyOf('openai', asked))).not.toEqual(expect.arrayContaining(['seed']));
  });

  it.each([
    ['gpt-image-2', 1024, 576, '1088x608'],
    ['gpt-image-1.5', 1024, 768, '1536x1024'],
  ])('%s makes %dx%d as %s', (openaiModel, width, height, used) => {
    expect(bodyOf('openai', { width, height }, { openaiModel })).toMatchObject({ model: openaiModel, size: used });
    expect(adjustmentsOf('openai', { width, height }, { openaiModel })).toEqual([
      { parameter: 'size', kind: 'approximated', asked: `${width}x${height}`, used },
    ]);
  });

  it.each(['dall-e-2', 'dall-e-3', 'gpt-image-1'])('uses a living model instead of %s', (openaiModel) => {
    expect(bodyOf('openai', {}, { openaiModel })).toMatchObject({ model: 'gpt-image-2' });
    expect(adjustmentsOf('openai', {}, { openaiModel })).toEqual([
      { parameter: 'model', kind: 'approximated', asked: openaiModel, used: 'gpt-image-2' },
    ]);
  });
});
