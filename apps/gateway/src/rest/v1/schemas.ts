import { adjustmentSchema } from '@imagegen/core/generation/adjustment';
import { imageOutputSchema } from '@imagegen/core/generation/output';
import { generationStatuses } from '@imagegen/core/generation/status';
import * as z from 'zod';
import type { V1Endpoint } from './endpoints.ts';

const text = z.string().optional();
const numberOrText = z.union([z.number(), z.string()]).optional();

/** What the old endpoints take: for the document only, since their bodies are read leniently. */
export function v1BodySchema({ isChat, namesLoras, example }: V1Endpoint) {
  const own = isChat
    ? { session_id: text, message: z.string(), messages: z.array(z.unknown()).optional(), tools: z.array(z.unknown()).optional() }
    : namesLoras
      ? { prompt: z.string(), model_name: text, modifier_name: text, modifier_scale: numberOrText }
      : {
          prompt: z.string(),
          loras: z.array(z.unknown()).optional().meta({ description: '{id,weight}, {url,scale}, {path,scale}, an id, a slug or a name' }),
        };
  return z
    .looseObject({
      ...own,
      image_size: text.meta({ description: 'A preset, portrait_hd or landscape_hd; width and height or dimensions win over it' }),
      num_images: numberOrText,
      num_inference_steps: numberOrText,
      guidance_scale: numberOrText,
      output_format: text,
    })
    .meta({ examples: [example] });
}

export const v1AnswerSchema = z.object({
  success: z.boolean(),
  provider: z.string(),
  request_id: z.string(),
  status: z.enum(generationStatuses),
  images: z.array(imageOutputSchema).optional(),
  error: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  metadata: z.object({
    generation_id: z.string(),
    credits_used: z.number(),
    /** Milliseconds. */
    generation_time: z.number(),
    adjustments: z.array(adjustmentSchema),
  }),
});

export const v1ParamsSchema = z.object({ id: z.string().min(1).max(64).meta({ description: 'Request id or generation id' }) });
