import { describe, expect, it } from 'vitest';
import { percentileMs, timeBucket, timeBuckets } from './time-buckets.ts';

function count(durations: readonly number[]): number[] {
  const counts = new Array<number>(timeBuckets).fill(0);
  for (const ms of durations) counts[timeBucket(ms)]! += 1;
  return counts;
}

describe('time buckets', () => {
  it.each([
    [0, 0],
    [500, 0],
    [501, 1],
    [650, 1],
    [651, 2],
    [86_400_000, timeBuckets - 1],
  ])('puts %i ms into bucket %i', (ms, bucket) => {
    expect(timeBucket(ms)).toBe(bucket);
  });

  it('never goes down as durations grow', () => {
    const buckets = Array.from({ length: 500 }, (_, index) => timeBucket(50 * 1.03 ** index));
    expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
  });

  it('finds percentiles within the width of a bucket', () => {
    const counts = count(Array.from({ length: 10_000 }, (_, index) => (index + 1) * 2));
    expect(percentileMs(counts, 0.5)! / 10_000).toBeCloseTo(1, 1);
    expect(percentileMs(counts, 0.95)! / 19_000).toBeCloseTo(1, 0);
    expect(percentileMs(count([]), 0.5)).toBeNull();
    expect(percentileMs(count([700]), 0.5)! / 700).toBeGreaterThan(0.7);
  });
});
