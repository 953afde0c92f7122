import { engines } from '@imagegen/core/engines/catalogue';
import { actualCostMicros } from '@imagegen/core/estimate/actual-cost';
import { outputTokens } from '@imagegen/core/estimate/openai-tokens';
import type { OpenAiImages, OpenAiUsage } from '@imagegen/core/mapping/openai/read-images';
import * as z from 'zod';

const modelSchema = z.object({ model: z.string() });

const sizeSchema = z
  .string()
  .regex(/^\d+x\d+$/)
  .transform((text) => text.split('x').map(Number));
const workSchema = z.object({ quality: z.enum(['low', 'medium', 'high']), size: sizeSchema });

/** What a call cost in micro-credits: the tokens OpenAI counted, or, when it does not say, those its formula gives for the pictures. */
export function openAiCostMicros(body: Readonly<Record<string, unknown>>, { base64, usage }: OpenAiImages): number {
  const { model } = modelSchema.parse(body);
  return actualCostMicros(engines.openai, { kind: 'openai-usage', model, usage: usage ?? formulaUsage(model, body, base64.length) });
}

function formulaUsage(model: string, body: unknown, pictures: number): OpenAiUsage {
  const { quality, size } = workSchema.parse(body);
  const [width = 0, height = 0] = size;
  return { textInputTokens: 0, imageInputTokens: 0, outputTokens: outputTokens(model, quality, { width, height }) * pictures };
}
