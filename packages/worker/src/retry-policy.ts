import type { ErrorCode } from '@imagegen/core/errors/error-codes';
import { fullJitterMs } from '@imagegen/runtime/backoff';
import type { ProviderError, ProviderErrorKind } from './provider-error.ts';

/** At one engine. */
export const maxTries = 3;

/** Tries that were made at the generation's engine, those at engines it has left aside. */
export function triesHere(generation: { tries: number; tries_elsewhere: number }): number {
  return generation.tries - generation.tries_elsewhere;
}

export type Verdict = { kind: 'retry'; delayMs: number } | { kind: 'unknown' } | { kind: 'fail'; code: ErrorCode };

/** Where another try may end differently. Everything else is final at once. */
const worthRetrying: readonly ProviderErrorKind[] = ['rate-limited', 'unavailable'];

const codes: Record<ProviderErrorKind, ErrorCode> = {
  'invalid-request': 'PROVIDER_REJECTED',
  'content-rejected': 'CONTENT_REJECTED',
  unauthorized: 'PROVIDER_REJECTED',
  'insufficient-funds': 'PROVIDER_REJECTED',
  'not-found': 'PROVIDER_REJECTED',
  'rate-limited': 'PROVIDER_ERROR',
  unavailable: 'PROVIDER_ERROR',
  malformed: 'PROVIDER_ERROR',
};

/**
 * What follows a failed paid call. Only what is known to be unbilled is tried again, at most three times at one engine, with full jitter, not
 * before `Retry-After`. What may have been bought is `unknown` and never simply repeated.
 */
export function judge(error: ProviderError, triesBefore: number, random: () => number = Math.random): Verdict {
  if (error.billed === 'unknown') return { kind: 'unknown' };
  const worthIt = worthRetrying.includes(error.kind) && error.costMicros === 0;
  if (!worthIt || triesBefore + 1 >= maxTries) return { kind: 'fail', code: codes[error.kind] };
  return { kind: 'retry', delayMs: Math.max(error.retryAfterMs ?? 0, 500 + fullJitterMs(triesBefore, 1_000, 30_000, random)) };
}
