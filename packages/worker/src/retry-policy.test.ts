import { describe, expect, test } from 'vitest';
import { ProviderError, type ProviderErrorKind } from './provider-error.ts';
import { judge, maxTries } from './retry-policy.ts';

const unbilled = (kind: ProviderErrorKind, retryAfterMs: number | null = null) =>
  new ProviderError(kind, 'no', { billed: 'no', retryAfterMs });

const kinds: ProviderErrorKind[] = [
  'invalid-request',
  'content-rejected',
  'unauthorized',
  'insufficient-funds',
  'not-found',
  'rate-limited',
  'unavailable',
  'malformed',
];

test.for(kinds)('%s that may have been bought is unknown, however few tries there were', (kind) => {
  for (const triesBefore of [0, 1, 2, 9]) {
    expect(judge(new ProviderError(kind, 'no', { billed: 'unknown', retryAfterMs: 5 }), triesBefore)).toEqual({ kind: 'unknown' });
  }
});

describe('what is known to be unbilled', () => {
  test.for(['rate-limited', 'unavailable'] as const)('%s is tried three times in all', (kind) => {
    for (let triesBefore = 0; triesBefore < maxTries - 1; triesBefore += 1) {
      expect(judge(unbilled(kind), triesBefore)).toMatchObject({ kind: 'retry' });
    }
    expect(judge(unbilled(kind), maxTries - 1)).toEqual({ kind: 'fail', code: 'PROVIDER_ERROR' });
  });

  test.for([
    ['invalid-request', 'PROVIDER_REJECTED'],
    ['content-rejected', 'CONTENT_REJECTED'],
    ['unauthorized', 'PROVIDER_REJECTED'],
    ['insufficient-funds', 'PROVIDER_REJECTED'],
    ['not-found', 'PROVIDER_REJECTED'],
    ['malformed', 'PROVIDER_ERROR'],
  ] as const)('%s is final at once, as %s', ([kind, code]) => {
    expect(judge(unbilled(kind, 1_000), 0)).toEqual({ kind: 'fail', code });
  });

  test.for([
    [0, 0, 500],
    [0, 0.999_999, 1_499],
    [1, 0.999_999, 2_499],
  ] as const)('after %i tries and a random %f it waits %i ms', ([triesBefore, random, delayMs]) => {
    expect(judge(unbilled('unavailable'), triesBefore, () => random)).toEqual({ kind: 'retry', delayMs });
  });

  test('what has cost something all the same is final', () => {
    const paid = new ProviderError('unavailable', 'no', { billed: 'no', costMicros: 1 });
    expect(judge(paid, 0)).toEqual({ kind: 'fail', code: 'PROVIDER_ERROR' });
  });

  test('it is not tried again before the provider allows it', () => {
    expect(judge(unbilled('rate-limited', 45_000), 0, () => 0.5)).toEqual({ kind: 'retry', delayMs: 45_000 });
    expect(judge(unbilled('rate-limited', 10), 0, () => 0)).toEqual({ kind: 'retry', delayMs: 500 });
  });
});
