import { percentileMs } from '@imagegen/core/insight/time-buckets';
import type { UsageRow } from '@imagegen/db/queries/usage';
import * as z from 'zod';

export const countsSchema = z.object({
  generations: z.number(),
  completed: z.number(),
  failed: z.number(),
  /** 0–1; null when there were none. */
  success_rate: z.number().nullable(),
  images: z.number(),
  credits_used: z.number(),
});
export type CountsOutput = z.infer<typeof countsSchema>;

export const usageSchema = countsSchema.extend({
  /** Milliseconds from the start to the stored picture, of those that completed. */
  p50_time: z.number().nullable(),
  p95_time: z.number().nullable(),
});
export type UsageOutput = z.infer<typeof usageSchema>;

export function presentUsage(row: UsageRow | undefined): UsageOutput {
  const { time_buckets = [] } = row ?? {};
  return { ...presentCounts(row), p50_time: percentileMs(time_buckets, 0.5), p95_time: percentileMs(time_buckets, 0.95) };
}

export function presentCounts(row: UsageRow | undefined): CountsOutput {
  const { generations = 0, completed = 0, images = 0, credits = 0 } = row ?? {};
  return {
    generations,
    completed,
    failed: generations - completed,
    success_rate: generations === 0 ? null : round(completed / generations),
    images,
    credits_used: round(credits),
  };
}

export function averageWeight({ weight, generations }: Pick<UsageRow, 'weight' | 'generations'>): number {
  return round(weight / generations);
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
