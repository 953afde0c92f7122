import type { EngineId } from '@imagegen/core/engines/engine';
import type { GenerationSettings } from '@imagegen/core/generation/settings';
import { openStatuses } from '@imagegen/core/generation/status';
import type { ProviderPlan } from '@imagegen/core/mapping/provider-plan';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';
import type { StoredError, StoredImage } from '../tables.ts';

/**
 * Ownership of a generation. `lease_epoch` grows with every claim and every later write names it, so a worker that lost its lease
 * changes nothing, whatever it still believes. Times are Postgres's own.
 */
export type Lease = { generationId: string; epoch: number };

export type ClaimedAttempt = {
  id: string;
  try: number;
  call: number;
  state: 'intent' | 'submitted' | 'succeeded' | 'failed' | 'unknown';
  callback_token: string;
  /** Milliseconds since the intent was written. */
  age_ms: number;
  provider_request_id: string | null;
  provider_urls: Record<string, string> | null;
  images: StoredImage[] | null;
  error: StoredError | null;
  cost_micros: number | null;
};

export type ClaimedGeneration = {
  generation_id: string;
  request_id: string;
  user_id: number;
  engine: EngineId;
  provider: string;
  plan: ProviderPlan;
  settings: GenerationSettings;
  lease_epoch: number;
  tries: number;
  /** Of `tries`, those made at engines it has left; their attempts are not among `attempts`. */
  tries_elsewhere: number;
  /** Engines it may still move to, in order. */
  fallbacks: EngineId[];
  /** Claims in a row from which nothing came, this one included: above `mostClaims` its owners keep dying of it. */
  claims: number;
  event_seq: number;
  started_at: Date;
  /** Milliseconds left until the absolute deadline, negative when it has passed. */
  remaining_ms: number;
  /** Milliseconds from the accept to the deadline. */
  allowed_ms: number;
  /** Its owner wants it to stop. */
  cancel_requested: boolean;
  attempts: ClaimedAttempt[];
};

/** A generation that was claimed this often without a sign of life kills whoever works on it. */
export const mostClaims = 3;

export type Claim = {
  generationId: string;
  owner: string;
  leaseMs: number;
  /** What the claimant can work with; a ring may come too late, after the generation has moved. Absent: any. */
  engines?: readonly EngineId[];
  /** A user's generations in progress at once; absent: any number. */
  maxRunningPerUser?: number | undefined;
};

/**
 * Takes the generation if it is open, due and not held by somebody else. A pending one whose user has `maxRunningPerUser` in progress is not
 * taken but waits until one of those ends (`finishGeneration` wakes it), and for half a minute to a minute at most.
 */
export async function claimGeneration(db: Executor, claim: Claim): Promise<ClaimedGeneration | null> {
  const most = claim.maxRunningPerUser ?? null;
  const own = claim.engines ?? null;
  const { rows } = await sql<ClaimedGeneration>`/* prepare: claim_generation */
    with due as materialized (
      select generation_id, user_id, status from generation_history_v2
      where generation_id = ${claim.generationId} and status = any(${openStatuses}::generation_status[])
        and (lease_until is null or lease_until < now()) and next_attempt_at <= now() and (${own}::text[] is null or engine = any(${own}::text[]))
      for no key update
    ), asked as materialized (
      select generation_id, status = 'processing' or ${most}::int is null or may_run(user_id, ${most}::int) as runs from due
    ), waiting as (
      update generation_history_v2
      set next_attempt_at = now() + make_interval(secs => 30 + random() * 30), rung_at = now() - interval '1 hour'
      where generation_id in (select generation_id from asked where not runs)
    )
    update generation_history_v2 g
    set lease_epoch = lease_epoch + 1, claims = claims + 1, lease_owner = ${claim.owner}, lease_until = now() + make_interval(secs => ${claim.leaseMs / 1000}::float8),
      status = 'processing', started_at = coalesce(started_at, now())
    where generation_id in (select generation_id from asked where runs)
    returning generation_id, request_id, user_id, engine, provider, plan, settings, lease_epoch, tries, tries_elsewhere, claims, event_seq, started_at,
      jsonb_path_query_array(fallbacks, '$[*].engine') as fallbacks,
      cancel_requested_at is not null as cancel_requested, (extract(epoch from deadline_at - now()) * 1000)::float8 as remaining_ms,
      (extract(epoch from deadline_at - created_at) * 1000)::float8 as allowed_ms,
      coalesce((
        select jsonb_agg(jsonb_build_object('id', a.id, 'try', a.try, 'call', a.call, 'state', a.state, 'callback_token', a.callback_token,
          'age_ms', (extract(epoch from now() - a.created_at) * 1000)::float8, 'provider_request_id', a.provider_request_id,
          'provider_urls', a.provider_urls, 'images', a.images, 'error', a.error, 'cost_micros', a.cost_micros) order by a.try, a.call)
        from generation_attempts a where a.generation_id = g.generation_id and a.try > g.tries_elsewhere), '[]'::jsonb) as attempts`.execute(
    db,
  );
  return rows[0] ?? null;
}

/** Keeps the lease alive, and says whether the owner of the generation wants it to stop; null when the lease is no longer ours. */
export async function renewLease(db: Executor, lease: Lease, leaseMs: number): Promise<{ cancelRequested: boolean } | null> {
  const renewed = await db
    .updateTable('generation_history_v2')
    .set({ lease_until: sql<Date>`now() + make_interval(secs => ${leaseMs / 1000}::float8)` })
    .where('generation_id', '=', lease.generationId)
    .where('lease_epoch', '=', lease.epoch)
    .where('status', '=', 'processing')
    .returning(sql<boolean>`cancel_requested_at is not null`.as('cancelRequested'))
    .executeTakeFirst();
  return renewed ?? null;
}

/** Gives the generation back: due again after `delayMs`, counted as one more try when `countsAsTry`. */
export async function releaseLease(db: Executor, lease: Lease, next: { delayMs: number; countsAsTry: boolean }): Promise<boolean> {
  const result = await db
    .updateTable('generation_history_v2')
    .set((eb) => ({
      lease_until: null,
      lease_owner: null,
      claims: 0,
      next_attempt_at: sql<Date>`now() + make_interval(secs => ${next.delayMs / 1000}::float8)`,
      rung_at: sql<Date>`now() + make_interval(secs => ${next.delayMs / 1000}::float8) - interval '1 hour'`,
      tries: eb('tries', '+', next.countsAsTry ? 1 : 0),
    }))
    .where('generation_id', '=', lease.generationId)
    .where('lease_epoch', '=', lease.epoch)
    .where('status', '=', 'processing')
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
