/**
 * Times are kept as counts in geometric buckets, so that percentiles of any set of days can be read from sums. Bucket 0 ends at half a
 * second, each next one is 30 % wider, the last one takes everything from ten minutes on.
 */
export const timeBuckets = 28;
const firstEndMs = 500;
const growth = 1.3;

/** The bucket of a duration, from 0 to `timeBuckets` − 1. */
export function timeBucket(ms: number): number {
  if (ms <= firstEndMs) return 0;
  return Math.min(timeBuckets - 1, Math.ceil(Math.log(ms / firstEndMs) / Math.log(growth) - 1e-9));
}

/** The value below which `share` of the counted durations lie, in milliseconds, interpolated inside its bucket; null without any. */
export function percentileMs(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = share * total;
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && left <= count) return Math.round(startMs(bucket) + (endMs(bucket) - startMs(bucket)) * (left / count));
    left -= count;
  }
  return Math.round(endMs(counts.length - 1));
}

function endMs(bucket: number): number {
  return firstEndMs * growth ** bucket;
}

function startMs(bucket: number): number {
  return bucket === 0 ? 0 : endMs(bucket - 1);
}
