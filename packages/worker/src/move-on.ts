import { engines } from '@imagegen/core/engines/catalogue';
import type { Engine } from '@imagegen/core/engines/engine';
import { isUp, judgeHealth } from '@imagegen/core/routing/engine-health';
import type { ClaimedGeneration } from '@imagegen/db/queries/claims';
import { failOver } from '@imagegen/db/queries/fail-over';
import { listHeartbeats } from '@imagegen/db/queries/heartbeats';
import type { Next } from './conclude.ts';
import { deliver } from './deliver.ts';
import type { HeldLease } from './held-lease.ts';
import { triesHere } from './retry-policy.ts';
import type { WorkerContext } from './worker-context.ts';

/** One engine gets two tries, unless it asks for more patience than this: another one may be faster. */
const triesBeforeMoving = 2;
const patienceMs = 10_000;
/** Ends that say that the provider failed or refused, for free, and not that the prompt or a picture is bad. */
const providersFaults: ReadonlySet<string> = new Set(['PROVIDER_ERROR', 'PROVIDER_REJECTED']);

type Moving = Pick<ClaimedGeneration, 'tries' | 'tries_elsewhere' | 'fallbacks'>;

/** Why a generation should leave its engine instead of what would come next there; null when it should not. */
export function whyMove(generation: Moving, next: Next): string | null {
  if (generation.fallbacks.length === 0) return null;
  if (next.kind === 'finish')
    return next.end.status === 'failed' && providersFaults.has(next.end.error.code) ? next.end.error.message : null;
  if (next.countsAsTry) {
    const isPatient = triesHere(generation) + 1 < triesBeforeMoving && next.delayMs <= patienceMs;
    return isPatient ? null : 'The provider failed again, or asked to be left alone for long.';
  }
  return next.delayMs > 0 ? 'The provider keeps failing and is left alone.' : null;
}

/**
 * Moves a generation to its first fallback that is up, if it should and may: the commit refuses when anything of it may have been bought
 * here. The engine it has moved to, whose service is rung for; null when it stays.
 */
export async function moveOn(
  context: WorkerContext,
  generation: ClaimedGeneration,
  held: HeldLease,
  next: Next,
): Promise<Pick<Engine, 'id' | 'provider'> | null> {
  const reason = whyMove(generation, next);
  if (reason === null || held.canceled.aborted) return null;
  const { db, watches, logger } = context;
  const { generation_id: generationId, user_id: userId, engine: from } = generation;
  const health = judgeHealth(await listHeartbeats(db));
  const to = generation.fallbacks.find((id) => isUp(health, id) && watches.of(id).closedForMs === 0);
  if (to === undefined) return null;
  const moved = await failOver(db, { ...held.lease, userId }, { from, to, reason });
  if (!moved) return null;
  logger.warn({ from, to, reason }, 'generation moved to another engine');
  const { provider } = engines[to];
  await Promise.all([
    deliver(context, { ...moved.event, payload: { v: 1, generation_id: generationId, seq: moved.seq, type: 'failed_over' } }),
    deliver(context, { ...moved.ring, payload: { v: 1, generation_id: generationId } }),
  ]);
  return { id: to, provider };
}
