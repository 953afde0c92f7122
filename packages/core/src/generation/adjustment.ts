import * as z from 'zod';

/** One parameter that could not be honoured as asked, and why: the fidelity contract, line by line. */
export const adjustmentSchema = z.object({
  parameter: z.string(),
  kind: z.enum(['approximated', 'dropped']),
  asked: z.unknown(),
  used: z.unknown(),
  reason: z.string(),
});
export type Adjustment = z.infer<typeof adjustmentSchema>;
