import * as z from 'zod';
import { engineIds } from '../engines/engine.ts';

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
    }),
  ),
});
export type Receipt = z.infer<typeof receiptSchema>;
