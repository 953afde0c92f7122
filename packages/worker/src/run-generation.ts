import { publishDurably } from '@imagegen/bus/publish';
import { microsToCredits } from '@imagegen/core/estimate/money';
import type { Adjustment } from '@imagegen/core/generation/adjustment';
import { canceledError } from '@imagegen/core/generation/canceled';
import { deadlineError } from '@imagegen/core/generation/deadline';
import { subjects } from '@imagegen/core/messages/subjects';
import { type ClaimedGeneration, claimGeneration, mostClaims, releaseLease } from '@imagegen/db/queries/claims';
import { finishGeneration, type GenerationEnd } from '@imagegen/db/queries/finish-generation';
import { deleteOutbox } from '@imagegen/db/queries/outbox';
import type { StoredError } from '@imagegen/db/tables';
import { cancelAtProvider } from './cancel-at-provider.ts';
import { HeldLease, LeaseLostError, leaseMs } from './held-lease.ts';
import { maxTries } from './retry-policy.ts';
import { type CallEnd, type CallRun, runCall } from './run-call.ts';
import { watchAdapter } from './watch-adapter.ts';
import type { WorkerContext } from './worker-context.ts';

const poisonError: StoredError = {
  code: 'INTERNAL',
  message: 'Working on the generation failed again and again. Nothing is charged.',
};

type Next = { kind: 'finish'; end: GenerationEnd } | { kind: 'release'; delayMs: number; countsAsTry: boolean };

/** Works on a generation that rang, if it is open, due and nobody else's, and leaves it terminal or due again at a known time. */
export async function runGeneration(worker: WorkerContext, generationId: string, stillWorking: () => void): Promise<void> {
  const { owner, maxRunningPerUser } = worker;
  const askedAt = performance.now();
  const generation = await claimGeneration(worker.db, { generationId, owner, leaseMs, maxRunningPerUser });
  if (!generation) return;
  // Every line about a generation can be found by either of its ids, from the door to the provider.
  const logger = worker.logger.child({ generation_id: generationId, request_id: generation.request_id });
  const context = { ...worker, logger, adapter: watchAdapter(worker.adapter, worker.watches.of(generation.engine)) };
  const { lease_epoch: epoch, cancel_requested: cancelRequested } = generation;
  await using held = new HeldLease(context, { generationId, epoch, askedAt, cancelRequested }, stillWorking);
  using _ = context.cancelBell.listen(generationId, () => held.lookAgain());
  try {
    if (generation.claims > mostClaims) {
      logger.error({ claims: generation.claims }, 'every owner of the generation died, giving it up');
      return await finish(context, generation, held, { status: 'failed', error: poisonError });
    }
    const next = await makeImages(context, generation, held);
    if (next.kind === 'finish') await finish(context, generation, held, next.end);
    else await releaseLease(context.db, held.lease, next);
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error;
    logger.warn('lease lost, leaving the generation to its next owner');
  }
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
    if (generation.tries + 1 < maxTries) return { kind: 'release', delayMs: 2_000, countsAsTry: true };
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

/** What the ends of all calls mean for the generation. Some pictures are better than none: what was delivered is kept and paid for. */
export function conclude(generation: Pick<ClaimedGeneration, 'plan' | 'settings'>, ends: readonly CallEnd[]): Next {
  const later = ends.filter((end) => end.kind === 'later');
  if (later.length > 0) return { kind: 'release', delayMs: Math.min(...later.map(({ delayMs }) => delayMs)), countsAsTry: false };
  const retry = ends.filter((end) => end.kind === 'retry');
  if (retry.length > 0) return { kind: 'release', delayMs: Math.max(...retry.map(({ delayMs }) => delayMs)), countsAsTry: true };
  const delivered = ends.filter((end) => end.kind === 'delivered');
  const images = delivered.flatMap((end) => end.images);
  const failure = ends.find((end) => end.kind === 'failed');
  if (images.length === 0) {
    return {
      kind: 'finish',
      end: { status: 'failed', error: failure?.error ?? { code: 'PROVIDER_ERROR', message: 'The provider delivered nothing.' } },
    };
  }
  const costMicros = delivered.reduce((sum, end) => sum + end.costMicros, 0);
  const adjustments = [...missingImages(generation, images.length, failure?.error), ...otherSize(generation, images)];
  return { kind: 'finish', end: { status: 'completed', images, creditsUsed: microsToCredits(costMicros), adjustments } };
}

function missingImages({ plan }: Pick<ClaimedGeneration, 'plan'>, used: number, failure: StoredError | undefined): Adjustment[] {
  const asked = plan.calls.reduce((sum, call) => sum + call.images, 0);
  if (used >= asked) return [];
  const reason = failure?.message ?? 'The provider withheld or spoiled the others. They are not charged.';
  return [{ parameter: 'num_images', kind: 'approximated', asked, used, reason }];
}

function otherSize(
  { plan, settings }: Pick<ClaimedGeneration, 'plan' | 'settings'>,
  images: { width: number; height: number }[],
): Adjustment[] {
  const odd = images.find(({ width, height }) => width !== plan.actual.width || height !== plan.actual.height);
  if (!odd) return [];
  const asked = `${settings.width}x${settings.height}`;
  return [
    { parameter: 'size', kind: 'approximated', asked, used: `${odd.width}x${odd.height}`, reason: 'The provider delivered another size.' },
  ];
}

async function finish(context: WorkerContext, generation: ClaimedGeneration, held: HeldLease, end: GenerationEnd): Promise<void> {
  const { db, logger } = context;
  const { generation_id, user_id } = generation;
  const subject = subjects.event(user_id, generation_id);
  const announcement = await finishGeneration(db, held.lease, end, subject);
  if (!announcement) return;
  logger.info({ status: end.status, ...(end.status === 'failed' && { code: end.error.code }) }, 'generation finished');
  const { outboxId, seq, next } = announcement;
  await Promise.all([
    deliver(context, { outboxId, subject, payload: { v: 1, generation_id, seq, type: end.status } }),
    next && deliver(context, { ...next, payload: { v: 1, generation_id: next.generationId } }),
  ]);
}

async function deliver({ db, bus, logger }: WorkerContext, message: { outboxId: number; subject: string; payload: object }): Promise<void> {
  const { outboxId, subject, payload } = message;
  await publishDurably({ bus, subject, payload, messageId: `outbox-${outboxId}` })
    .then(() => deleteOutbox(db, [outboxId]))
    .catch((error: unknown) => logger.warn({ err: error, subject }, 'message left to the relay'));
}
