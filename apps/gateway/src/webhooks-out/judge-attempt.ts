import { readRetryAfterMs, retryDelayMs } from '@imagegen/core/webhooks/retry-schedule';
import { testEvent } from '@imagegen/core/webhooks/webhook-event';
import type { ClaimedDelivery, Verdict } from '@imagegen/db/queries/claim-deliveries';
import { GuardedFetchError } from '@imagegen/runtime/guarded-fetch';
import type { PostAnswer } from '@imagegen/runtime/guarded-post';

export type Outcome = { status: number | null; error: string | null; verdict: Verdict };

type Tried = Pick<ClaimedDelivery, 'type' | 'tries'>;

const gone = 410;

/** What an answer means for its delivery. Everything but a 2xx is a failure, redirects as well. */
export function judgeAnswer({ status, retryAfter }: PostAnswer, tried: Tried): Outcome {
  if (status >= 200 && status < 300) {
    return { status, error: null, verdict: { status: 'delivered', retryInMs: 0, gone: false, ofEndpoint: tried.type !== testEvent } };
  }
  const error = status >= 300 && status < 400 ? 'redirects are not followed' : null;
  return { status, error, verdict: failure(tried, { askedMs: readRetryAfterMs(retryAfter), isGone: status === gone }) };
}

/** What it means that there was no answer. Only our own words about it are kept. */
export function judgeError(thrown: unknown, tried: Tried): Outcome {
  const error = thrown instanceof GuardedFetchError ? thrown.message : 'it could not be sent';
  return { status: null, error, verdict: failure(tried, { askedMs: null, isGone: false }) };
}

/** There is nothing to tell any more; that is nobody's failure. */
export const nothingToTell: Outcome = {
  status: null,
  error: 'its generation was deleted',
  verdict: { status: 'failed', retryInMs: 0, gone: false, ofEndpoint: false },
};

/** A sample is tried once. A receiver that is gone is tried again when its owner enables it. */
function failure({ type, tries }: Tried, { askedMs, isGone }: { askedMs: number | null; isGone: boolean }): Verdict {
  const isSample = type === testEvent;
  const retryInMs = isSample ? null : retryDelayMs(tries + 1, askedMs);
  return { status: retryInMs === null ? 'failed' : 'pending', retryInMs: retryInMs ?? 0, gone: isGone, ofEndpoint: !isSample };
}
