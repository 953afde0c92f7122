import * as z from 'zod';
import { engineIds } from '../engines/engine.ts';

/** A move to another engine, and why. */
export const failoverSchema = z.object({
  from: z.enum(engineIds),
  to: z.enum(engineIds),
  reason: z.string(),
  at: z.iso.datetime({ offset: true }),
});

/** Why this engine: every engine that was considered and the rule that decided. Stored with the generation. */
export const receiptSchema = z.object({
  engine: z.enum(engineIds),
  rule: z.string(),
  considered: z.array(
    z.object({
      engine: z.enum(engineIds),
      ok: z.boolean(),
      reasons: z.array(z.string()),
      /** Credits. */
      estimated_cost: z.number(),
      /** Seconds. */
      estimated_time: z.number(),
      /** When it was considered; absent in receipts from before there was any. */
      health: z.enum(['up', 'down', 'off']).optional(),
    }),
  ),
  /** Where the generation moved afterwards, in order, and why; absent while it has not. `engine` above stays the first one. */
  failovers: z.array(failoverSchema).optional(),
});
export type Failover = z.infer<typeof failoverSchema>;
export type Receipt = z.infer<typeof receiptSchema>;
