import type { Engine } from '../engines/engine.ts';
import { currentOpenAiModel } from '../engines/openai-models.ts';
import type { GenerationSettings } from '../generation/settings.ts';
import { countLoras, type MappingContext, type MappingRequest, referenceImageOf } from '../mapping/mapping-context.ts';
import { openAiQuality } from '../mapping/openai/to-request.ts';
import { multiLora } from '../mapping/replicate/multi-lora.ts';
import { mapToOpenAiSize } from '../mapping/size.ts';
import { usdToMicros } from './money.ts';
import { inputMicrosPerToken, outputMicrosPerToken, outputTokens } from './openai-tokens.ts';

export type Estimate = { costMicros: number; seconds: number };

/** Input tokens of one reference picture at full fidelity: not published for the current models, so the highest earlier figure. */
const referenceImageTokens = 6_500;

/**
 * What a generation is expected to cost, in micro-credits, and how long it typically takes. The settlement uses what the provider billed
 * (`actualCostMicros`).
 */
export function estimateEngine(engine: Engine, settings: GenerationSettings, context: MappingContext): Estimate {
  const request = { engine, settings, context };
  const images = settings.num_images ?? 1;
  const calls = Math.ceil(images / engine.capabilities.imagesPerCall);
  return { costMicros: Math.ceil(costMicros(request, images, calls)), seconds: engine.typicalTimeSeconds * calls };
}

function costMicros(request: MappingRequest, images: number, calls: number): number {
  const { engine, settings } = request;
  const price = usdToMicros(engine.price.usd);
  switch (engine.price.unit) {
    case 'megapixel':
      return price * billedMegapixels(settings.width, settings.height) * images;
    case 'image':
      if (engine.id === 'replicate' && countLoras(request) > engine.capabilities.loras.max) return multiLoraMicros(images);
      return price * images;
    case 'gpu-second':
      return price * engine.typicalTimeSeconds * images;
    case 'openai-tokens':
      return openAiMicros(request, images, calls);
  }
}

/**
 * Megapixels that fal is expected to bill for a picture, rounded up to whole ones. Its prices speak of 1024×1024 as one, so a megapixel is
 * taken as 2²⁰ pixels; what was really billed comes with the result.
 */
export function billedMegapixels(width: number, height: number): number {
  return Math.max(1, Math.ceil((width * height) / 2 ** 20));
}

function multiLoraMicros(images: number): number {
  return usdToMicros(multiLora.price.usd) * multiLora.gpuSecondsPerImage * images;
}

function openAiMicros(request: MappingRequest, images: number, calls: number): number {
  const { engine, settings, context } = request;
  const model = currentOpenAiModel(context.openaiModel);
  const size = mapToOpenAiSize(model, settings.width, settings.height);
  const output = outputTokens(model, openAiQuality(request), size) * outputMicrosPerToken(model, engine.price.usd);
  // A token is at least two UTF-16 units of ordinary text; English has about four.
  const text = Math.ceil((settings.prompt.length + (settings.negative_prompt?.length ?? 0)) / 2) * inputMicrosPerToken.text;
  const reference = referenceImageOf(request) === undefined ? 0 : referenceImageTokens * inputMicrosPerToken.image;
  return output * images + (text + reference) * calls;
}
