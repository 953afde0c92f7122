import * as z from 'zod';
import { engineIds } from '../engines/engine.ts';
import { receiptSchema } from '../routing/receipt.ts';
import { adjustmentSchema } from './adjustment.ts';
import { generationStatuses } from './status.ts';

/** A picture as callers see it. `url` is signed and good for at least 24 h; `vault_url` is permanent and needs credentials. */
export const imageOutputSchema = z.object({
  url: z.string(),
  vault_url: z.string().nullable(),
  thumbnail_url: z.string(),
  /** Base64 thumbhash. */
  placeholder: z.string(),
  seed: z.number().nullable(),
  width: z.number(),
  height: z.number(),
  content_type: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  metadata: z.object({
    seed: z.number().nullable(),
    width: z.number(),
    height: z.number(),
    actual_cfg: z.number().nullable(),
    actual_steps: z.number().nullable(),
    /** Milliseconds. */
    generation_time: z.number(),
    provider: z.string(),
  }),
});
export type ImageOutput = z.infer<typeof imageOutputSchema>;

export const generationErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** The canonical output: status, details, history items and final events all have this shape. */
export const generationOutputSchema = z.object({
  generation_id: z.string(),
  request_id: z.string(),
  status: z.enum(generationStatuses),
  provider: z.string(),
  provider_used: z.string(),
  engine: z.enum(engineIds),
  api: z.string(),
  prompt: z.string(),
  seed: z.number().nullable(),
  progress: z.number(),
  queue_position: z.number().optional(),
  /** Seconds. */
  estimated_time: z.number(),
  estimated_time_remaining: z.number().optional(),
  poll_url: z.string(),
  images: z.array(imageOutputSchema),
  /** Credits; 1 credit = 1 USD. 0 until completed. */
  credits_used: z.number(),
  adjustments: z.array(adjustmentSchema),
  routing: receiptSchema,
  error: generationErrorSchema.optional(),
  is_favorite: z.boolean(),
  created_at: z.iso.datetime(),
  completed_at: z.iso.datetime().nullable(),
});
export type GenerationOutput = z.infer<typeof generationOutputSchema>;

export const attemptStates = ['intent', 'submitted', 'succeeded', 'failed', 'unknown'] as const;
export type AttemptState = (typeof attemptStates)[number];

export const generationDetailsSchema = generationOutputSchema.extend({
  attempts: z.array(
    z.object({
      n: z.number(),
      call: z.number(),
      engine: z.enum(engineIds),
      state: z.enum(attemptStates),
      error: generationErrorSchema.optional(),
      cost: z.number().optional(),
    }),
  ),
});
export type GenerationDetails = z.infer<typeof generationDetailsSchema>;

/** The answer to an accepted generation (contracts: REST v2). */
export const acceptedSchema = z.object({
  success: z.literal(true),
  provider: z.string(),
  engine: z.enum(engineIds),
  request_id: z.string(),
  generation_id: z.string(),
  status: z.literal('pending'),
  poll_url: z.string(),
  estimated_time: z.number(),
  seed: z.number().nullable(),
  adjustments: z.array(adjustmentSchema),
  routing: receiptSchema,
});
export type Accepted = z.infer<typeof acceptedSchema>;
