import { generationInputSchema } from '@imagegen/core/generation/input';
import * as z from 'zod';

/** Replicate's route also knows the provider's own word for `strength`. */
export const replicateInputSchema = generationInputSchema.extend({ prompt_strength: z.number().min(0).max(1).optional() });

/** `prompt_strength` is `strength`, unless both are given: then `prompt_strength` stays and is refused as unknown. */
export function translateReplicate(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('prompt_strength' in body) || 'strength' in body) return body;
  const { prompt_strength: strength, ...rest } = body;
  return { ...rest, strength };
}

const id = z.string().min(1).max(64);
const ids = { request_id: id.optional(), generation_id: id.optional() };

export const statusQuerySchema = z.strictObject({ ...ids, wait: z.coerce.number().int().min(0).max(30).optional() });
export const statusBodySchema = z.strictObject({ ...ids, wait: z.int().min(0).max(30).optional() });
