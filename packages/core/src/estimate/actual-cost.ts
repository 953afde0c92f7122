import type { Engine } from '../engines/engine.ts';
import type { OpenAiUsage } from '../mapping/openai/read-images.ts';
import { multiLora } from '../mapping/replicate/multi-lora.ts';
import { usdToMicros } from './money.ts';
import { inputMicrosPerToken, outputMicrosPerToken } from './openai-tokens.ts';

/** What a provider said it billed for one call. */
export type BilledUsage =
  /** The header `x-fal-billable-units` of the result. */
  | { kind: 'fal-units'; units: number }
  /** `endpoint` is the one of the call: a version is billed by GPU time, a model by the picture. */
  | { kind: 'replicate-prediction'; endpoint: string; images: number; predictTimeSeconds: number | null }
  | { kind: 'openai-usage'; model: string; usage: OpenAiUsage };

/** What one provider call cost, in micro-credits, rounded up to a whole one. */
export function actualCostMicros(engine: Engine, billed: BilledUsage): number {
  return Math.ceil(costMicros(engine, billed));
}

function costMicros(engine: Engine, billed: BilledUsage): number {
  switch (billed.kind) {
    case 'fal-units':
      return usdToMicros(engine.price.usd) * billed.units;
    case 'replicate-prediction': {
      if (!billed.endpoint.startsWith('version:')) return usdToMicros(engine.price.usd) * billed.images;
      const seconds = billed.predictTimeSeconds ?? multiLora.gpuSecondsPerImage * billed.images;
      return usdToMicros(multiLora.price.usd) * seconds;
    }
    case 'openai-usage': {
      const { textInputTokens, imageInputTokens, outputTokens } = billed.usage;
      const input = textInputTokens * inputMicrosPerToken.text + imageInputTokens * inputMicrosPerToken.image;
      return input + outputTokens * outputMicrosPerToken(billed.model, engine.price.usd);
    }
  }
}
