import { engines } from '@imagegen/core/engines/catalogue';
import { canceledError } from '@imagegen/core/generation/canceled';
import { deadlineError } from '@imagegen/core/generation/deadline';
import type { ProviderCall } from '@imagegen/core/mapping/provider-plan';
import { type AttemptOutcome, isWanted, keepProviderId, recordIntent, recordOutcome, recordSubmitted } from '@imagegen/db/queries/attempts';
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
import { sendWithinMs } from './provider-http.ts';
import { announceEvent, progressReporter } from './report-progress.ts';
import { resolveLost } from './resolve-lost.ts';
import { judge, maxTries, triesHere } from './retry-policy.ts';
import { type StoredOutput, storeOutput } from './store-output.ts';
import { untilWritten } from './until-written.ts';
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
  /** When the generation's time is over, by this process's monotonic clock. */
  deadlineAt: number;
  /** Ends the paid POST: the deadline, not the lease: an id that still arrives is kept for the next owner. */
  posting: AbortSignal;
  /** Ends what follows the payment: lease or deadline. */
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
  run.held.beat(run.index);
  try {
    return await goOn(run);
  } finally {
    run.held.rest(run.index);
  }
}

async function goOn(run: CallRun): Promise<CallEnd> {
  const last = run.generation.attempts.filter(({ call }) => call === run.index).at(-1);
  if (!last) return start(run);
  if (last.state === 'failed') return afterFailure(run, last);
  if (last.state === 'succeeded') return { kind: 'delivered', images: last.images ?? [], costMicros: last.cost_micros ?? 0 };
  if (last.state === 'submitted' && last.provider_request_id) {
    const reference = { providerRequestId: last.provider_request_id, urls: last.provider_urls ?? {}, endpoint: run.call.endpoint };
    return follow(run, last, reference);
  }
  // Its id is known and the provider said all it would: asking again would go round in circles.
  if (last.state === 'unknown' && last.provider_request_id) return { kind: 'failed', error: last.error ?? outcomeUnknown };
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
  return isOfEarlierTry(run, last) ? startAgain(run) : { kind: 'retry', delayMs, error };
}

function isOfEarlierTry({ generation }: CallRun, attempt: Attempt): boolean {
  return attempt.try <= generation.tries;
}

/** A submission is repeated only while that makes the provider's load little larger; otherwise later, when fewer of them fail. */
async function startAgain(run: CallRun): Promise<CallEnd> {
  if (run.context.retryBudget.take()) return start(run, { repeated: true });
  return { kind: 'later', delayMs: budgetPauseMs * (0.5 + Math.random()) };
}

const budgetPauseMs = 4_000;

async function start(run: CallRun, { repeated } = { repeated: false }): Promise<CallEnd> {
  const { context, generation, held, index } = run;
  const { adapter, db, retryBudget, concurrency } = context;
  const prepared = await prepare(run);
  if ('kind' in prepared) return prepared;
  if (isTooLate(run)) return { kind: 'failed', error: deadlineError };
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
  held.assertHeld(sendWithinMs);
  if (!(await recordIntent(db, held.lease, { ...intent, callbackToken: attempt.callback_token })))
    throw new LeaseLostError('no intent, no purchase');
  held.assertHeld(sendWithinMs);
  run.sending.throwIfAborted();
  held.beat(index, (adapter.submitTimeoutMs ?? submitTimeoutMs) + answerSlackMs);
  try {
    const answer = await adapter.submit({ call: prepared, callbackUrl: callbackUrl(context, attempt), signal: run.posting });
    retryBudget.taken({ repeated });
    concurrency.wentWell();
    if (answer.kind === 'submitted') {
      const reference = { ...answer, endpoint: run.call.endpoint };
      await adopt(run, attempt, reference);
      return await follow(run, attempt, reference);
    }
    const [end] = await Promise.all([
      deliver(run, attempt, answer.output),
      answer.providerRequestId && keepProviderId(db, attempt.id, answer.providerRequestId),
    ]);
    return end;
  } catch (error) {
    if (error instanceof ProviderError && isOverload(error)) concurrency.overloaded();
    return refused(run, attempt, { error, known: false });
  }
}

function isOverload({ kind, billed }: ProviderError): boolean {
  return kind === 'rate-limited' || (kind === 'unavailable' && billed === 'unknown');
}

/** Of a provider that says nothing else, with what reading the answer may take on top. */
const submitTimeoutMs = 30_000;
const answerSlackMs = 15_000;

/**
 * Nothing is bought that will most probably not be there in time: with less left than the engine typically needs. A caller who allows less
 * than that from the beginning gets his try in the first half of his time.
 */
function isTooLate({ generation, deadlineAt }: CallRun): boolean {
  const neededMs = Math.min(engines[generation.engine].typicalTimeSeconds * 1_000, generation.allowed_ms / 2);
  return deadlineAt - performance.now() < neededMs;
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

async function adopt({ context, generation }: CallRun, attempt: Attempt, submitted: SubmissionReference): Promise<void> {
  const { db, adapter, logger } = context;
  const { providerRequestId, urls } = submitted;
  const taken = { attemptId: attempt.id, providerRequestId, providerUrls: urls };
  const seq = await untilWritten(logger, () => recordSubmitted(db, generation.generation_id, taken));
  if (seq !== null) return announceEvent(context, generation, { seq, type: 'submitted' });
  if (await isWanted(db, attempt.id)) return;
  await adapter.cancel?.(submitted).catch((error: unknown) => logger.warn({ err: error }, 'the provider could not be asked to stop'));
  throw new LeaseLostError('its id arrived after the attempt was given up');
}

async function follow(run: CallRun, attempt: Attempt, reference: SubmissionReference): Promise<CallEnd> {
  const { context, generation, held, waiting } = run;
  using callback = context.callbackBell.listen(generation.generation_id);
  try {
    const onState = progressReporter(context, generation, held.lease);
    const onLook = (pauseMs: number) => held.beat(run.index, pauseMs + lookMs);
    const output = await awaitResult({ adapter: context.adapter, reference, onState, onLook, pause: callback.pause, signal: waiting });
    return await deliver(run, attempt, output);
  } catch (error) {
    return refused(run, attempt, { error, known: true });
  }
}

/** A look is at most a few calls of 30 s each. */
const lookMs = 120_000;

async function recover(run: CallRun, attempt: ClaimedAttempt): Promise<CallEnd> {
  const resolution = await resolveLost(run, attempt);
  if (resolution.kind === 'found') {
    await adopt(run, attempt, resolution.reference);
    return follow(run, attempt, resolution.reference);
  }
  if (resolution.kind === 'wait') return { kind: 'later', delayMs: resolution.delayMs };
  if (resolution.kind === 'never-arrived') {
    const mayTryAgain = triesHere(run.generation) + 1 < maxTries;
    const error: StoredError = { code: 'PROVIDER_ERROR', message: 'The request never reached the provider.' };
    return fail(run, attempt, { error, retryDelayMs: mayTryAgain ? 0 : null });
  }
  await end(run, attempt, { state: 'unknown', error: outcomeUnknown, costMicros: 0 });
  return { kind: 'failed', error: outcomeUnknown };
}

const outcomeUnknown: StoredError = {
  code: 'OUTCOME_UNKNOWN',
  message: "The provider's answer was lost. The request is not sent again, and nothing is charged.",
};

/** @param failure `known`: the provider's id is known, so that what is unknown now stays so. */
async function refused(run: CallRun, attempt: Attempt, { error, known }: { error: unknown; known: boolean }): Promise<CallEnd> {
  if (!(error instanceof ProviderError)) throw error;
  const verdict = judge(error, triesHere(run.generation));
  run.context.logger.warn(
    { attempt: attempt.id, kind: error.kind, billed: error.billed, verdict: verdict.kind, err: error },
    'provider call failed',
  );
  if (verdict.kind === 'unknown') {
    // What was answered and cannot be read is the provider's error, and not a lost answer; it may have been paid all the same.
    const lost: StoredError = { code: known && error.kind === 'malformed' ? 'PROVIDER_ERROR' : 'OUTCOME_UNKNOWN', message: error.message };
    await end(run, attempt, { state: 'unknown', error: lost, costMicros: error.costMicros });
    if (known) return { kind: 'failed', error: lost };
    return recover(run, { ...noAnswer, ...attempt });
  }
  const { message, costMicros } = error;
  return verdict.kind === 'fail'
    ? fail(run, attempt, { error: { code: verdict.code, message }, retryDelayMs: null, costMicros })
    : fail(run, attempt, { error: { code: 'PROVIDER_ERROR', message }, retryDelayMs: verdict.delayMs });
}

type Failure = { error: StoredError; retryDelayMs: number | null; costMicros?: number };

/** Ends an attempt; `retryDelayMs` null when no other one may follow, and then it may have cost something all the same. */
async function fail(run: CallRun, attempt: Attempt, { error, retryDelayMs, costMicros = 0 }: Failure): Promise<CallEnd> {
  if (retryDelayMs === null) {
    await end(run, attempt, { state: 'failed', error, costMicros });
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
  const { images, withheld, unusable } = await bringHome(run, attempt, output);
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

/** Stores what was delivered. What is paid and can no longer be stored is kept as a cost. */
async function bringHome(run: CallRun, attempt: Attempt, output: ProviderOutput): Promise<StoredOutput> {
  const { context, generation, held, call, index } = run;
  const storing = {
    ...context,
    transcode: generation.plan.transcode,
    seed: output.seed ?? call.seed,
    signal: run.sending,
    parking: run.waiting,
    onStep: () => held.beat(index),
  };
  try {
    return await storeOutput(storing, output);
  } catch (error) {
    const over = run.posting.aborted ? deadlineError : held.canceled.aborted ? canceledError : null;
    if (over && !held.signal.aborted) await end(run, attempt, { state: 'failed', error: over, costMicros: output.costMicros });
    throw error;
  }
}

async function end({ context, held }: CallRun, attempt: Attempt, outcome: AttemptOutcome): Promise<void> {
  if (!(await untilWritten(context.logger, () => recordOutcome(context.db, held.lease, attempt.id, outcome))))
    throw new LeaseLostError('the outcome belongs to the next owner');
}
