import { MalformedAnswerError } from '@imagegen/core/errors/malformed-answer-error';
import { readFalError } from '@imagegen/core/mapping/fal/read-error';
import { providerError } from '@imagegen/core/mapping/provider-error';
import { ProviderError } from '@imagegen/worker/provider-error';
import { type HttpAnswer, retryAfterMs } from '@imagegen/worker/provider-http';
import * as z from 'zod';

/**
 * What an answer of fal that is no success means, and what it says about the bill. The kinds are core's; this file decides `billed`, by the
 * call that was answered (fal docs, "Errors" and "Reliability": what ends with a 5xx inside the queue is not billed).
 */

/**
 * The answer to a submission. A refusal is free, and so is the queue's own 500 or 503. A 502, a 504 and a 5xx that is not fal's JSON may
 * come from something in front of a queue that took the request; a success that cannot be read certainly does.
 */
export function submitError(answer: HttpAnswer): ProviderError {
  const { status, json } = answer;
  const refused = status >= 400 && status < 500;
  const failedUnbilled = (status === 500 || status === 503) && isFalError(json);
  return toError(answer, refused || failedUnbilled ? 'no' : 'unknown');
}

/** A look that failed. Only "not found" is a statement about the request, and then there is nothing to bill. */
export function lookError(answer: HttpAnswer): ProviderError {
  return toError(answer, answer.status === 404 ? 'no' : 'unknown');
}

/** Statuses that speak about the asking, not about the request asked for. */
const aboutTheLook: ReadonlySet<number> = new Set([401, 403, 404, 408, 429]);

/**
 * What a result that is no success says about the request: the error it ended with, which nobody pays for. Null when it is only the look
 * that failed, in front of the queue or because the result is not there yet.
 */
export function resultError(answer: HttpAnswer): ProviderError | null {
  const { status, json } = answer;
  if (status < 400 || aboutTheLook.has(status) || !isFalError(json) || saysInProgress(json)) return null;
  return toError(answer, 'no');
}

/** COMPLETED with an error in the status, for want of a result that says more. */
export function statusError({ error, errorType }: { error: string; errorType: string | null }): ProviderError {
  const { kind, message } = readFalError(500, { detail: error, error_type: errorType });
  return new ProviderError(kind, message, { billed: 'no', cause: new Error(`COMPLETED with ${errorType ?? 'an error'}`) });
}

/** Reads a success with one of core's readers; throws ProviderError for anything else. */
export function readLook<T>(answer: HttpAnswer, read: (json: unknown) => T): T {
  if (answer.status >= 300) throw lookError(answer);
  try {
    return read(answer.json);
  } catch (error) {
    if (!(error instanceof MalformedAnswerError)) throw error;
    throw malformed(error);
  }
}

/** The request was taken, and may well be finished and paid: nothing else may be bought instead. */
function malformed(cause: MalformedAnswerError): ProviderError {
  return new ProviderError('malformed', providerError('malformed').message, { billed: 'unknown', cause });
}

const errorSchema = z.object({ detail: z.union([z.string(), z.array(z.unknown())]) });

function isFalError(json: unknown): boolean {
  return errorSchema.safeParse(json).success;
}

function saysInProgress(json: unknown): boolean {
  const { detail } = errorSchema.parse(json);
  return typeof detail === 'string' && /still in progress/i.test(detail);
}

function toError(answer: HttpAnswer, billed: 'no' | 'unknown'): ProviderError {
  const { kind, message } = readFalError(answer.status, answer.json);
  return new ProviderError(kind, message, {
    billed,
    retryAfterMs: retryAfterMs(answer.headers),
    cause: new Error(`fal answered HTTP ${answer.status}`),
  });
}
