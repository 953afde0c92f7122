import { remainingCalls, resetSeconds, type Standing } from './sliding-window.ts';

/** The three fields of draft-ietf-httpapi-ratelimit-headers-06, which clients know; `Reset` is in seconds from now. */
export function rateLimitHeaders(standing: Standing): Record<string, string> {
  return {
    'ratelimit-limit': String(standing.limit),
    'ratelimit-remaining': String(remainingCalls(standing)),
    'ratelimit-reset': String(resetSeconds(standing)),
  };
}
