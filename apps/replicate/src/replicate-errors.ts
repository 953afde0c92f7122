import { MalformedAnswerError } from '@imagegen/core/errors/malformed-answer-error';
import { providerError, safeProviderText } from '@imagegen/core/mapping/provider-error';
import { readReplicateError } from '@imagegen/core/mapping/replicate/read-error';
import type { Prediction } from '@imagegen/core/mapping/replicate/read-prediction';
import { ProviderError } from '@imagegen/worker/provider-error';
import { type HttpAnswer, retryAfterMs } from '@imagegen/worker/provider-http';

/**
 * What an answer of Replicate that is no success means, and what it says about the bill. The kinds are core's; this file decides `billed`,
 * by the call that was answered. Replicate documents no error answers, so whatever is no plain refusal may have created a prediction.
 */

/** The answer to a creation: a refusal is free, everything else is looked up in the list of predictions. */
export function createError(answer: HttpAnswer): ProviderError {
  const refused = answer.status >= 400 && answer.status < 500 && answer.status !== 408;
  return toError(answer, refused ? 'no' : 'unknown');
}

/** Reads a success with one of core's readers; throws ProviderError for anything else: then the look failed. */
export function readLook<T>(answer: HttpAnswer, read: (json: unknown) => T): T {
  // Only "not found" is a statement about the prediction, and then there is nothing to bill.
  if (answer.status >= 300) throw toError(answer, answer.status === 404 ? 'no' : 'unknown');
  try {
    return read(answer.json);
  } catch (error) {
    if (!(error instanceof MalformedAnswerError)) throw error;
    // The prediction was taken, and may well be finished and paid: nothing else may be bought instead.
    throw new ProviderError('malformed', providerError('malformed').message, { billed: 'unknown', cause: error });
  }
}

/**
 * Why a prediction that ended has no pictures. A model is paid by the picture and an aborted run is free. A cancelled one has cost its run
 * time and was meant to stop: it is not tried again.
 * @param costMicros what it cost all the same; `billed` then speaks of the pictures only.
 */
export function endError(prediction: Extract<Prediction, { kind: 'failed' | 'canceled' | 'aborted' }>, costMicros: number): ProviderError {
  const facts = { billed: 'no', costMicros } as const;
  switch (prediction.kind) {
    case 'failed': {
      if (prediction.contentRejected) return new ProviderError('content-rejected', providerError('content-rejected').message, facts);
      return new ProviderError('unavailable', `The prediction failed: ${safeProviderText(prediction.error)}`, facts);
    }
    case 'canceled':
      return new ProviderError('invalid-request', 'The prediction was cancelled at the provider.', facts);
    case 'aborted':
      return new ProviderError('unavailable', 'The prediction was ended by the provider before it started.', facts);
  }
}

function toError(answer: HttpAnswer, billed: 'no' | 'unknown'): ProviderError {
  const { kind, message } = readReplicateError(answer.status, answer.json);
  return new ProviderError(kind, message, {
    billed,
    retryAfterMs: retryAfterMs(answer.headers),
    cause: new Error(`Replicate answered HTTP ${answer.status}`),
  });
}
