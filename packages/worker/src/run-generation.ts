import { engines } from '@imagegen/core/engines/catalogue';
import { engineIds } from '@imagegen/core/engines/engine';
import { canceledError } from '@imagegen/core/generation/canceled';
import { deadlineError } from '@imagegen/core/generation/deadline';
import { subjects } from '@imagegen/core/messages/subjects';
import { type ClaimedGeneration, claimGeneration, mostClaims, releaseLease } from '@imagegen/db/queries/claims';
import { finishGeneration, type GenerationEnd } from '@imagegen/db/queries/finish-generation';
import type { StoredError } from '@imagegen/db/tables';
import { cancelAtProvider } from './cancel-at-provider.ts';
import { conclude, type Next } from './conclude.ts';
import { deliver } from './deliver.ts';
import { HeldLease, LeaseLostError, leaseMs } from './held-lease.ts';
import { moveOn } from './move-on.ts';
import { maxTries, triesHere } from './retry-policy.ts';
import { type CallRun, runCall } from './run-call.ts';
import { watchAdapter } from './watch-adapter.ts';
import type { WorkerContext } from './worker-context.ts';

const poisonError: StoredError = {
  code: 'INTERNAL',
  message: 'Working on the generation failed again and again. Nothing is charged.',
};

/** Works on a generation that rang, if it is open, due and nobody else's, and leaves it terminal, due again at a known time, or moved. */
export async function runGeneration(worker: WorkerContext, generationId: string, stillWorking: () => void): Promise<void> {
  let goesOn = true;
  while (goesOn) goesOn = await runAtEngine(worker, generationId, stillWorking);
}

/** Whether it has moved to another engine of this service, and is to be worked on at once. */
async function runAtEngine(worker: WorkerContext, generationId: string, stillWorking: () => void): Promise<boolean> {
  const { owner, maxRunningPerUser, adapter } = worker;
  const askedAt = performance.now();
  const own = engineIds.filter((id) => engines[id].provider === adapter.provider);
  const generation = await claimGeneration(worker.db, { generationId, owner, leaseMs, maxRunningPerUser, engines: own });
  if (!generation) return false;
  // Every line about a generation can be found by either of its ids, from the door to the provider.
  const logger = worker.logger.child({ generation_id: generationId, request_id: generation.request_id });
  const context = { ...worker, logger, adapter: watchAdapter(adapter, worker.watches.of(generation.engine)) };
  const { lease_epoch: epoch, cancel_requested: cancelRequested } = generation;
  await using held = new HeldLease(context, { generationId, epoch, askedAt, cancelRequested }, stillWorking);
  using _ = context.cancelBell.listen(generationId, () => held.lookAgain());
  try {
    if (generation.claims > mostClaims) {
      logger.error({ claims: generation.claims }, 'every owner of the generation died, giving it up');
      await finish(context, generation, held, { status: 'failed', error: poisonError });
      return false;
    }
    const next = waitForEngine(worker, generation) ?? (await makeImages(context, generation, held));
    const moved = await moveOn(context, generation, held, next);
    if (moved) return moved.provider === adapter.provider;
    if (next.kind === 'finish') await finish(context, generation, held, next.end);
    else if (!(await releaseLease(context.db, held.lease, next))) throw new LeaseLostError("the generation is somebody else's");
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error;
    logger.warn('lease lost, leaving the generation to its next owner');
  }
  return false;
}

/** Nothing is begun while the engine's breaker is open; what was begun goes on. */
function waitForEngine({ watches }: WorkerContext, generation: ClaimedGeneration): Next | null {
  const isToBegin = generation.attempts.every(({ state }) => state === 'failed');
  if (!isToBegin || generation.cancel_requested) return null;
  const waitMs = watches.of(generation.engine).begin();
  if (waitMs === 0 || generation.remaining_ms < waitMs) return null;
  return { kind: 'release', delayMs: waitMs * (1 + Math.random()), countsAsTry: false };
}

async function makeImages(context: WorkerContext, generation: ClaimedGeneration, held: HeldLease): Promise<Next> {
  const deadlineAt = performance.now() + generation.remaining_ms;
  const deadline = generation.remaining_ms > 0 ? AbortSignal.timeout(Math.ceil(generation.remaining_ms)) : AbortSignal.abort();
  // A POST is let through where its submission can be canceled afterwards; else hanging up is all that can be done.
  const hangUp = context.adapter.cancel ? [] : [held.canceled];
  const posting = AbortSignal.any([deadline, ...hangUp]);
  const sending = AbortSignal.any([held.signal, posting]);
  const waiting = AbortSignal.any([sending, context.stopping, held.canceled]);
  try {
    const runs = generation.plan.calls.map(
      (call, index): CallRun => ({ context, generation, held, call, index, deadlineAt, posting, sending, waiting }),
    );
    const settled = await Promise.race([Promise.allSettled(runs.map(runCall)), lost(held.signal)]);
    const broken = settled.find((result) => result.status === 'rejected');
    if (broken) throw broken.reason;
    const ends = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    if (ends.every(({ kind }) => kind === 'delivered')) return conclude(generation, ends);
    if (held.canceled.aborted) return await stop(context, generation, held, canceledError);
    return deadline.aborted ? await stop(context, generation, held, deadlineError) : conclude(generation, ends);
  } catch (error) {
    if (held.signal.aborted) throw held.signal.reason;
    if (error instanceof LeaseLostError) throw error;
    if (held.canceled.aborted) return await stop(context, generation, held, canceledError);
    if (deadline.aborted) return await stop(context, generation, held, deadlineError);
    if (context.stopping.aborted) return { kind: 'release', delayMs: 0, countsAsTry: false };
    context.logger.error({ err: error, tries: generation.tries }, 'generation broke off');
    if (triesHere(generation) + 1 < maxTries) return { kind: 'release', delayMs: 2_000, countsAsTry: true };
    return {
      kind: 'finish',
      end: { status: 'failed', error: { code: 'INTERNAL', message: 'The generation could not be finished. Nothing is charged.' } },
    };
  }
}

/** Rejects when the lease is lost: a call that hangs must not keep this process from its next generation. */
function lost(lease: AbortSignal): Promise<never> {
  return new Promise((_, reject) => lease.addEventListener('abort', () => reject(lease.reason), { once: true }));
}

async function stop(context: WorkerContext, generation: ClaimedGeneration, held: HeldLease, error: StoredError): Promise<Next> {
  await cancelAtProvider(context, generation, held, error);
  return { kind: 'finish', end: { status: 'failed', error } };
}

async function finish(context: WorkerContext, generation: ClaimedGeneration, held: HeldLease, end: GenerationEnd): Promise<void> {
  const { db, logger } = context;
  const { generation_id, user_id } = generation;
  const subject = subjects.event(user_id, generation_id);
  const announcement = await finishGeneration(db, held.lease, end, subject);
  if (!announcement) throw new LeaseLostError('the end is for the next owner to write');
  logger.info({ status: end.status, ...(end.status === 'failed' && { code: end.error.code }) }, 'generation finished');
  const { outboxId, seq, next } = announcement;
  await Promise.all([
    deliver(context, { outboxId, subject, payload: { v: 1, generation_id, seq, type: end.status } }),
    next && deliver(context, { ...next, payload: { v: 1, generation_id: next.generationId } }),
  ]);
}
