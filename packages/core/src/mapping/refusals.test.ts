import { describe, expect, it } from 'vitest';
import { contextWith, loras, multiLoraVersion, settingsWith } from '../../test/requests.ts';
import { engineById } from '../engines/catalogue.ts';
import type { EngineId } from '../engines/engine.ts';
import { AppError } from '../errors/app-error.ts';
import type { GenerationSettings } from '../generation/settings.ts';
import { mapToProvider } from './map-to-provider.ts';
import type { MappingContext } from './mapping-context.ts';
import { whyNot } from './refusals.ts';

type Asked = { settings?: Partial<GenerationSettings>; context?: Partial<MappingContext> };

function refusalOf(id: EngineId, { settings, context }: Asked): AppError {
  const request = [engineById(id), settingsWith(settings), contextWith(context)] as const;
  try {
    mapToProvider(...request);
  } catch (error) {
    if (error instanceof AppError) {
      expect(whyNot(...request)).toContain(error.message);
      return error;
    }
    throw error;
  }
  throw new Error(`${id} does not refuse`);
}

describe('what an engine refuses', () => {
  it.each([
    ['flux-standard', 3, 2, 'Standard Flux supports maximum 2 LoRAs. Use /flux/advanced for more.'],
    ['flux-juggernaut', 3, 2, 'Juggernaut Flux supports maximum 2 LoRAs. Use /flux/advanced for more.'],
    ['flux-advanced', 6, 5, 'Advanced Flux supports maximum 5 LoRAs.'],
    ['replicate', 3, 2, 'Replicate supports maximum 2 LoRAs. Use /flux/advanced for more.'],
    ['openai', 1, 0, 'OpenAI does not support LoRAs. Use /flux/standard instead.'],
  ] as const)('%s refuses %d LoRAs', (engine, given, limit, message) => {
    const details = { limit, given, engine };
    expect(refusalOf(engine, { context: { loras: loras(given) } })).toMatchObject({ code: 'LIMIT_EXCEEDED', message, details });
    const [first, ...others] = loras(given);
    const mixed = { loras: [{ id: 309, weight: first?.weight ?? 1 }], lora_files: others.map(({ url }) => ({ url, scale: 1 })) };
    expect(refusalOf(engine, { settings: mixed })).toMatchObject({ details });
    expect(whyNot(engineById(engine), settingsWith(), contextWith({ loras: loras(limit) }))).toEqual([]);
  });

  it('takes three LoRAs at Replicate, not four, when the model for it is configured', () => {
    expect(whyNot(engineById('replicate'), settingsWith(), contextWith({ loras: loras(3), multiLoraVersion }))).toEqual([]);
    expect(refusalOf('replicate', { context: { loras: loras(4), multiLoraVersion } })).toMatchObject({ details: { limit: 3, given: 4 } });
  });

  it('refuses LoRAs before it misses the picture', () => {
    expect(refusalOf('openai-edit', { context: { loras: loras(1) } })).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('needs a picture to edit', () => {
    expect(refusalOf('openai-edit', {})).toMatchObject({
      code: 'VALIDATION_ERROR',
      message: 'reference_image: is required: OpenAI edit changes an existing picture',
      details: { fields: [{ path: 'reference_image' }] },
    });
  });

  it.each(['flux-advanced', 'flux-juggernaut', 'openai'] as const)('%s takes no reference image', (engine) => {
    expect(refusalOf(engine, { context: { referenceImage: 'vault:abc' } })).toMatchObject({
      code: 'VALIDATION_ERROR',
      details: { fields: [{ path: 'reference_image' }] },
    });
    expect(refusalOf(engine, { settings: { reference_image: 'https://x.example/a.png' } })).toMatchObject({ code: 'VALIDATION_ERROR' });
  });
});
