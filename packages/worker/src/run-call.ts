import type { ProviderCall } from '@imagegen/core/mapping/provider-plan';
import { type AttemptOutcome, recordIntent, recordOutcome, recordSubmitted } from '@imagegen/db/queries/attempts';
import type { ClaimedAttempt, ClaimedGeneration } from '@imagegen/db/queries/claims';
import type { StoredError, StoredImage } from '@imagegen/db/tables';
import { GuardedFetchError } from '@imagegen/runtime/guarded-fetch';
import { newId, newToken } from '@imagegen/runtime/ids';
import { UnreadableImageError } from '@imagegen/vault/inspect-image';
import { awaitResult } from './await-result.ts';
import { fillReferences } from './fill-references.ts';
import { type HeldLease, LeaseLostError } from './held-lease.ts';
import type { ProviderOutput, SubmissionReference } from './provider-adapter.ts';
import { ProviderError } from './provider-error.ts';
import { announceEvent, progressReporter } from './report-progress.ts';
import { resolveLost } from './resolve-lost.ts';
import { judge, maxTries } from './retry-policy.ts';
import { storeOutput } from './store-output.ts';
import type { WorkerContext } from './worker-context.ts';

/**
 * One paid call, from wherever an earlier owner left it. The order is the promise: intent committed, then the POST, then the provider's id
 * committed, then everything that can be repeated. An attempt whose intent is there and whose id is not is never simply sent again.
 */
export type CallRun = {
  context: WorkerContext;
  generation: ClaimedGeneration;
  held: HeldLease;
  call: ProviderCall;
  index: number;
  /** Ends the paid POST: lease or deadline. */
  sending: AbortSignal;
  /** Ends waiting, which can be resumed: lease, deadline or the process stopping. */
  waiting: AbortSignal;
};

export type CallEnd =
  | { kind: 'delivered'; images: StoredImage[]; costMicros: number }
  | { kind: 'retry'; delayMs: number; error: StoredError }
  | { kind: 'later'; delayMs: number }
  | { kind: 'failed'; error: StoredError };

type Attempt = Pick<ClaimedAttempt, 'id' | 'try' | 'callback_token'>;

export async function runCall(run: CallRun): Promise<CallEnd> {
  const last = run.generation.attempts.filter(({ call }) => call === run.index).at(-1);
  if (!last) return start(run);
  if (last.state === 'failed') return afterFailure(run, last);
  if (last.state === 'succeeded') return { kind: 'delivered', images: last.images ?? [], costMicros: last.cost_micros ?? 0 };
  if (last.state === 'submitted' && last.provider_request_id) {
    const reference = { providerRequestId: last.provider_request_id, urls: last.provider_urls ?? {}, endpoint: run.call.endpoint };
    return follow(run, last, reference);
  }
  return recover(run, last);
}

/**
 * A failed attempt was the last one of its call, and may even be paid, unless its error says when another one may follow. That one belongs
 * to the generation's next try: until the other calls are through with this one it waits.
 */
async function afterFailure(run: CallRun, last: ClaimedAttempt): Promise<CallEnd> {
  const error = last.error ?? { code: 'PROVIDER_ERROR', message: 'The provider failed.' };
  const delayMs = error.details?.[retryAfter];
  if (typeof delayMs !== 'number') return { kind: 'failed', error };
  return isOfEarlierTry(run, last) ? start(run) : { kind: 'retry', delayMs, error };
}

function isOfEarlierTry({ generation }: CallRun, attempt: Attempt): boolean {
  return attempt.try <= generation.tries;
}

async function start(run: CallRun): Promise<CallEnd> {
  const { context, generation, held, index } = run;
  const { adapter, db } = context;
  const prepared = await prepare(run);
  if ('kind' in prepared) return prepared;
  const attempt = { id: newId('att'), try: generation.tries + 1, callback_token: newToken() };
  const intent = {
    id: attempt.id,
    try: attempt.try,
    call: index,
    engine: generation.engine,
    provider: adapter.provider,
    seed: run.call.seed,
  };
  run.waiting.throwIfAborted();
  if (!(await recordIntent(db, held.lease, { ...intent, callbackToken: attempt.callback_token })))
    throw new LeaseLostError('no intent, no purchase');
  held.assertHeld();
  run.sending.throwIfAborted();
  try {
    const answer = await adapter.submit({ call: prepared, callbackUrl: callbackUrl(context, attempt), signal: run.sending });
    if (answer.kind === 'finished') return await deliver(run, attempt, answer.output);
    await adopt(run, attempt, answer);
    return await follow(run, attempt, { ...answer, endpoint: run.call.endpoint });
  } catch (error) {
    return refused(run, attempt, error);
  }
}

async function prepare({ context, call, sending }: CallRun): Promise<ProviderCall | CallEnd> {
  try {
    return await fillReferences({ ...context, signal: sending }, call);
  } catch (error) {
    if (!(error instanceof GuardedFetchError || error instanceof UnreadableImageError)) throw error;
    return { kind: 'failed', error: { code: 'VALIDATION_ERROR', message: `The reference image cannot be used: ${error.message}.` } };
  }
}

function callbackUrl({ callbackBaseUrl, adapter }: WorkerContext, attempt: Attempt): string | null {
  return callbackBaseUrl && `${callbackBaseUrl}/webhooks/${adapter.provider}/${attempt.callback_token}`;
}

async function adopt(
  { context, generation }: CallRun,
  attempt: Attempt,
  submitted: { providerRequestId: string; urls: Record<string, string> },
): Promise<void> {
  const { providerRequestId, urls } = submitted;
  const seq = await recordSubmitted(context.db, generation.generation_id, { attemptId: attempt.id, providerRequestId, providerUrls: urls });
  if (seq !== null) announceEvent(context, generation, { seq, type: 'submitted' });
}

async function follow(run: CallRun, attempt: Attempt, reference: SubmissionReference): Promise<CallEnd> {
  const { context, generation, held, waiting } = run;
  try {
    const onState = progressReporter(context, generation, held.lease);
    const output = await awaitResult({ adapter: context.adapter, reference, onState, signal: waiting });
    return await deliver(run, attempt, output);
  } catch (error) {
    return refused(run, attempt, error);
  }
}

async function recover(run: CallRun, attempt: ClaimedAttempt): Promise<CallEnd> {
  const resolution = await resolveLost(run, attempt);
  if (resolution.kind === 'found') {
    await adopt(run, attempt, resolution.reference);
    return follow(run, attempt, resolution.reference);
  }
  if (resolution.kind === 'wait') return { kind: 'later', delayMs: resolution.delayMs };
  const mayTryAgain = run.generation.tries + 1 < maxTries;
  if (resolution.kind === 'never-arrived') {
    const error: StoredError = { code: 'PROVIDER_ERROR', message: 'The request never reached the provider.' };
    return fail(run, attempt, { error, retryDelayMs: mayTryAgain ? 0 : null });
  }
  if (resolution.kind === 'try-again' && isOfEarlierTry(run, attempt)) return start(run);
  const error: StoredError = {
    code: 'OUTCOME_UNKNOWN',
    message: "The provider's answer was lost. The request is not sent again, and nothing is charged.",
  };
  await end(run, attempt, { state: 'unknown', error, costMicros: 0 });
  return resolution.kind === 'try-again' && mayTryAgain ? { kind: 'retry', delayMs: 0, error } : { kind: 'failed', error };
}

async function refused(run: CallRun, attempt: Attempt, error: unknown): Promise<CallEnd> {
  if (!(error instanceof ProviderError)) throw error;
  const verdict = judge(error, run.generation.tries);
  run.context.logger.warn(
    { attempt: attempt.id, kind: error.kind, billed: error.billed, verdict: verdict.kind, err: error },
    'provider call failed',
  );
  if (verdict.kind === 'unknown') {
    await end(run, attempt, { state: 'unknown', error: { code: 'OUTCOME_UNKNOWN', message: error.message }, costMicros: 0 });
    return recover(run, { ...noAnswer, ...attempt });
  }
  return verdict.kind === 'fail'
    ? fail(run, attempt, { error: { code: verdict.code, message: error.message }, retryDelayMs: null })
    : fail(run, attempt, { error: { code: 'PROVIDER_ERROR', message: error.message }, retryDelayMs: verdict.delayMs });
}

/** Ends an attempt that cost nothing; `retryDelayMs` null when no other one may follow. */
async function fail(run: CallRun, attempt: Attempt, failure: { error: StoredError; retryDelayMs: number | null }): Promise<CallEnd> {
  const { error, retryDelayMs } = failure;
  if (retryDelayMs === null) {
    await end(run, attempt, { state: 'failed', error, costMicros: 0 });
    return { kind: 'failed', error };
  }
  await end(run, attempt, { state: 'failed', error: { ...error, details: { [retryAfter]: retryDelayMs } }, costMicros: 0 });
  return { kind: 'retry', delayMs: retryDelayMs, error };
}

/** In the details of a failed attempt's error: milliseconds until another attempt may follow. */
const retryAfter = 'retry_after_ms';

/** An attempt whose answer has just been lost, as the next owner would find it. */
const noAnswer = {
  call: 0,
  state: 'unknown',
  age_ms: 0,
  provider_request_id: null,
  provider_urls: null,
  images: null,
  error: null,
  cost_micros: null,
} as const;

async function deliver(run: CallRun, attempt: Attempt, output: ProviderOutput): Promise<CallEnd> {
  const { context, generation, call } = run;
  const { images, withheld, unusable } = await storeOutput(
    { ...context, transcode: generation.plan.transcode, seed: output.seed ?? call.seed, signal: run.sending },
    output,
  );
  if (images.length === 0) {
    const error: StoredError =
      withheld > 0 || unusable === 0
        ? { code: 'CONTENT_REJECTED', message: "The provider's content filter withheld the picture." }
        : { code: 'INVALID_IMAGE', message: 'The provider delivered something that is not a whole picture.' };
    await end(run, attempt, { state: 'failed', error, costMicros: output.costMicros });
    return { kind: 'failed', error };
  }
  await end(run, attempt, { state: 'succeeded', images, costMicros: output.costMicros });
  return { kind: 'delivered', images, costMicros: Math.round((output.costMicros * images.length) / output.images.length) };
}

async function end({ context, held }: CallRun, attempt: Attempt, outcome: AttemptOutcome): Promise<void> {
  if (!(await recordOutcome(context.db, held.lease, attempt.id, outcome)))
    throw new LeaseLostError('the outcome belongs to the next owner');
}
