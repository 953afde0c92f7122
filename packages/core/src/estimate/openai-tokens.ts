import { type OpenAiQuality, openAiModel } from '../engines/openai-models.ts';
import type { PixelSize } from '../mapping/size.ts';

/** US dollars for a million tokens, which is micro-dollars for one (OpenAI pricing page, 2026-11-20). */
export const inputMicrosPerToken = { text: 5, image: 8 } as const;

const squareArea = 1024 * 1024;

/**
 * Output tokens of one picture. From gpt-image-2 on by OpenAI's published formula (196 / 1756 / 7024 for 1024×1024 at gpt-image-2);
 * before, from its table for 1024×1024, growing with the area.
 */
export function outputTokens(model: string, quality: OpenAiQuality, { width, height }: PixelSize): number {
  const { tokens } = openAiModel(model);
  if (tokens.kind === 'square') return Math.ceil((tokens[quality] * width * height) / squareArea);
  const short = Math.min(width, height);
  const long = Math.max(width, height);
  const factor = tokens[quality];
  const blocks = Math.floor((2 * factor * short + long) / (2 * long));
  return Math.ceil((factor * blocks * (2_000_000 + width * height)) / 4_000_000);
}

/** Micro-dollars for one picture output token: the model's own price, or the engine's. */
export function outputMicrosPerToken(model: string, engineUsdPerMillion: number): number {
  return openAiModel(model).outputUsd ?? engineUsdPerMillion;
}
