import * as z from 'zod';
import { engineIds } from '../engines/engine.ts';
import { adjustmentSchema } from '../generation/adjustment.ts';

/** How the estimate spells providers (PRD 4.2 D): one word per choice a caller has. */
export const estimateProviders = ['openai', 'flux-standard', 'flux-advanced', 'flux-juggernaut', 'replicate'] as const;
export type EstimateProvider = (typeof estimateProviders)[number];

export const recommendationSchema = z.object({
  provider: z.enum(estimateProviders),
  engine: z.enum(engineIds),
  /** Credits, at most. */
  estimated_cost: z.number(),
  /** Seconds. */
  estimated_time: z.number(),
  /** 1–10. */
  quality_score: z.number(),
  limitations: z.array(z.string()),
  adjustments: z.array(adjustmentSchema),
  available: z.boolean(),
});
export type Recommendation = z.infer<typeof recommendationSchema>;

/** The winners are null when no engine can make the picture. */
export const estimateOutputSchema = z.object({
  recommendations: z.array(recommendationSchema),
  cheapest: z.enum(estimateProviders).nullable(),
  fastest: z.enum(estimateProviders).nullable(),
  best_quality: z.enum(estimateProviders).nullable(),
});
export type EstimateOutput = z.infer<typeof estimateOutputSchema>;
