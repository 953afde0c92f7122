import * as z from 'zod';
import { eventTypes } from '../generation/event.ts';

/** "There is work for this generation": a doorbell. The truth is in Postgres. `v` is the version of the message. */
export const requestedMessageSchema = z.object({ v: z.literal(1), generation_id: z.string() });

/** "The event log of this generation has grown to `seq`": readers fetch what they miss from Postgres. */
export const eventMessageSchema = z.object({
  v: z.literal(1),
  generation_id: z.string(),
  seq: z.int(),
  type: z.enum(eventTypes),
});
export type EventMessage = z.infer<typeof eventMessageSchema>;
