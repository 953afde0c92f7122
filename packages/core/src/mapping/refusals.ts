import type { Engine } from '../engines/engine.ts';
import type { GenerationSettings } from '../generation/settings.ts';
import { countLoras, type MappingContext, type MappingRequest, referenceImageOf } from './mapping-context.ts';
import { multiLora } from './replicate/multi-lora.ts';

/** Why an engine cannot make a picture at all, ready to become an `AppError`. */
export type Refusal = { code: 'LIMIT_EXCEEDED' | 'VALIDATION_ERROR'; message: string; details: Record<string, unknown> };

/** Sentences for callers: why this engine cannot do it; empty when it can. */
export function whyNot(engine: Engine, settings: GenerationSettings, context: MappingContext): string[] {
  return findRefusals({ engine, settings, context }).map((refusal) => refusal.message);
}

export function findRefusals(request: MappingRequest): Refusal[] {
  return [tooManyLoras(request), wrongReferenceImage(request)].filter((refusal) => refusal !== undefined);
}

/** LoRAs the engine takes in one picture, with the configuration at hand. */
export function loraLimit(engine: Engine, context: MappingContext): number {
  return engine.id === 'replicate' && context.multiLoraVersion ? multiLora.maxLoras : engine.capabilities.loras.max;
}

function tooManyLoras(request: MappingRequest): Refusal | undefined {
  const { engine, context } = request;
  const given = countLoras(request);
  const limit = loraLimit(engine, context);
  if (given <= limit) return undefined;
  return { code: 'LIMIT_EXCEEDED', message: loraSentence(engine, limit), details: { limit, given, engine: engine.id } };
}

function loraSentence(engine: Engine, limit: number): string {
  if (limit === 0) return `${engine.title} does not support LoRAs. Use /flux/standard instead.`;
  const name = engine.id === 'flux-standard' ? 'Standard Flux' : engine.id === 'flux-advanced' ? 'Advanced Flux' : engine.title;
  const advice = engine.id === 'flux-advanced' ? '' : ' Use /flux/advanced for more.';
  return `${name} supports maximum ${limit} LoRAs.${advice}`;
}

function wrongReferenceImage(request: MappingRequest): Refusal | undefined {
  const { engine } = request;
  const given = referenceImageOf(request) !== undefined;
  const use = engine.capabilities.referenceImage;
  if (use === 'required' && !given) return referenceImageRefusal(`is required: ${engine.title} changes an existing picture`);
  if (use === 'none' && given) {
    return referenceImageRefusal(`is not supported by ${engine.title}. Use /flux/standard, /replicate/generate or /openai/edit instead.`);
  }
  return undefined;
}

function referenceImageRefusal(message: string): Refusal {
  return {
    code: 'VALIDATION_ERROR',
    message: `reference_image: ${message}`,
    details: { fields: [{ path: 'reference_image', message }] },
  };
}
