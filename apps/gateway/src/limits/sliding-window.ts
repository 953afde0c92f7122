import { windowSeconds } from '@imagegen/db/queries/limits';

/**
 * Where one caller stands against a limit a minute. Two fixed windows make the sliding one: what the window before counted weighs with the
 * part of it that still lies within the last minute.
 */
export type Standing = {
  limit: number;
  /** In the window that runs and in the one before. */
  calls: number;
  earlierCalls: number;
  /** Of the window that runs, 0 to 1. */
  elapsed: number;
};

/** Calls that fit right now. */
export function remainingCalls({ limit, calls, earlierCalls, elapsed }: Standing): number {
  return Math.max(0, Math.floor(limit - calls - earlierCalls * (1 - elapsed)));
}

/** Whole seconds until one more call fits; at least 1. */
export function retryAfterSeconds({ limit, calls, earlierCalls, elapsed }: Standing): number {
  const others = limit - 1;
  const windows =
    calls <= others ? 1 - elapsed - (earlierCalls > 0 ? (others - calls) / earlierCalls : 1) : 1 - elapsed + (1 - others / calls);
  return Math.max(1, Math.ceil(windows * windowSeconds));
}

/** Whole seconds until the count begins to fade, or until a call fits when none does. */
export function resetSeconds(standing: Standing): number {
  return remainingCalls(standing) > 0 ? Math.ceil((1 - standing.elapsed) * windowSeconds) : retryAfterSeconds(standing);
}
