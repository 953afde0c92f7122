const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** How long after each failed try the next one comes, a little over three days in all (Standard Webhooks 1.0.0, "Deliverability and reliability"). */
export const retryDelaysMs: readonly number[] = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/** A receiver may ask for a longer pause, up to this. */
const longestMs = 24 * hour;

/**
 * Milliseconds until the try after the `tries`th has failed, with up to a fifth on top so that what failed together does not come back
 * together; at least what the receiver asked for. Null: it was the last.
 */
export function retryDelayMs(tries: number, askedMs: number | null, random: () => number = Math.random): number | null {
  const delayMs = retryDelaysMs[tries - 1];
  if (delayMs === undefined) return null;
  return Math.round(Math.max(delayMs * (1 + random() / 5), Math.min(askedMs ?? 0, longestMs)));
}

/** `Retry-After` as milliseconds from now: seconds or a date (RFC 9110 §10.2.3). Null: none that can be read. */
export function readRetryAfterMs(header: string | undefined, now: number = Date.now()): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * second;
  const at = header.endsWith(' GMT') ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
