import * as z from 'zod';
import { failoverSchema, receiptSchema } from '../routing/receipt.ts';
import { generationStatuses } from './status.ts';

/** What can happen to a generation, in the past tense. `completed` and `failed` are last, and only ever one of them. */
export const eventTypes = ['accepted', 'submitted', 'queued', 'progressed', 'retried', 'failed_over', 'completed', 'failed'] as const;
export type EventType = (typeof eventTypes)[number];

/** One line of a generation's log. `seq` starts at 1 and has no gaps. */
export const generationEventSchema = z.object({
  generation_id: z.string(),
  request_id: z.string(),
  seq: z.int().min(1),
  type: z.enum(eventTypes),
  status: z.enum(generationStatuses),
  /** Percent. */
  progress: z.number().min(0).max(100),
  queue_position: z.int().min(0).optional(),
  at: z.iso.datetime(),
  /** Of `accepted`: the engine that was chosen and why, in the same commit. */
  routing: receiptSchema.optional(),
  /** Of `failed_over`: from which engine to which, and why. */
  failover: failoverSchema.optional(),
});
export type GenerationEvent = z.infer<typeof generationEventSchema>;
