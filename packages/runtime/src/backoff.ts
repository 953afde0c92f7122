/**
 * Exponential backoff with full jitter: uniform in [0, min(capMs, baseMs · 2^attempt)], attempt counted from 0.
 * Source: AWS Builders' Library, "Timeouts, retries and backoff with jitter".
 */
export function fullJitterMs(attempt: number, baseMs: number, capMs: number, random: () => number = Math.random): number {
  return Math.floor(random() * Math.min(capMs, baseMs * 2 ** attempt));
}
