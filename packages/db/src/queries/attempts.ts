import type { EngineId, Provider } from '@imagegen/core/engines/engine';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';
import type { StoredError, StoredImage } from '../tables.ts';
import { bookCost } from './book-cost.ts';
import type { Lease } from './claims.ts';

export type Intent = {
  id: string;
  try: number;
  call: number;
  engine: EngineId;
  provider: Provider;
  seed: number | null;
  callbackToken: string;
};

/**
 * Written and committed before the socket to the provider opens. False when the lease is lost or the attempt exists already: then
 * nothing may be sent.
 */
export async function recordIntent(db: Executor, lease: Lease, intent: Intent): Promise<boolean> {
  const { rows } = await sql`/* prepare: record_intent */
    insert into generation_attempts (id, generation_id, try, call, engine, provider, state, lease_epoch, seed, callback_token)
    select ${intent.id}, generation_id, ${intent.try}::smallint, ${intent.call}::smallint, ${intent.engine}, ${intent.provider}, 'intent', lease_epoch, ${intent.seed}::bigint, ${intent.callbackToken}
    from generation_history_v2
    where generation_id = ${lease.generationId} and lease_epoch = ${lease.epoch} and status = 'processing'
    on conflict do nothing
    returning id`.execute(db);
  return rows.length > 0;
}

/**
 * The provider has taken it: its id is kept before anything else happens, with the event that says so; its seq, or null when nothing is
 * to be announced. Not fenced, and whatever became of the attempt meanwhile: an id is never thrown away.
 */
export async function recordSubmitted(
  db: Executor,
  generationId: string,
  submitted: { attemptId: string; providerRequestId: string; providerUrls: Record<string, string> },
): Promise<number | null> {
  const { rows } = await sql<{ seq: number }>`/* prepare: record_submitted */
    with attempt as (
      update generation_attempts
      set state = case when state in ('intent', 'unknown') then 'submitted' else state end, provider_request_id = ${submitted.providerRequestId}, provider_urls = ${JSON.stringify(submitted.providerUrls)}::jsonb, submitted_at = now()
      where id = ${submitted.attemptId} and provider_request_id is null
      returning generation_id, state
    ), generation as (
      update generation_history_v2 set event_seq = event_seq + 1, claims = 0
      where generation_id in (select generation_id from attempt where state = 'submitted') and status = 'processing'
      returning generation_id, event_seq, status, progress
    )
    insert into generation_events (generation_id, seq, type, status, progress)
    select generation_id, event_seq, 'submitted', status, progress from generation
    where generation_id = ${generationId}
    returning seq`.execute(db);
  return rows[0]?.seq ?? null;
}

/** The id of a provider that answers with the pictures themselves, for its support and for the bill; nothing else changes. */
export async function keepProviderId(db: Executor, attemptId: string, providerRequestId: string): Promise<void> {
  await db
    .updateTable('generation_attempts')
    .set({ provider_request_id: providerRequestId })
    .where('id', '=', attemptId)
    .where('provider_request_id', 'is', null)
    .execute();
}

/** Whether anybody still waits for what this attempt bought: its generation is open, and the attempt was not given up. */
export async function isWanted(db: Executor, attemptId: string): Promise<boolean> {
  const row = await db
    .selectFrom('generation_attempts as a')
    .innerJoin('generation_history_v2 as g', 'g.generation_id', 'a.generation_id')
    .select('a.id')
    .where('a.id', '=', attemptId)
    .where('a.state', '<>', 'failed')
    .where('g.status', '=', 'processing')
    .executeTakeFirst();
  return row !== undefined;
}

export type AttemptOutcome =
  | { state: 'succeeded'; images: StoredImage[]; costMicros: number }
  | { state: 'failed' | 'unknown'; error: StoredError; costMicros: number };

/**
 * Ends one attempt and books what it cost the operator. One whose outcome is unknown is suspected of its share of the estimate, until it is
 * known. False when the lease is lost.
 */
export async function recordOutcome(db: Executor, lease: Lease, attemptId: string, outcome: AttemptOutcome): Promise<boolean> {
  const succeeded = outcome.state === 'succeeded';
  const { rows } = await sql`/* prepare: record_outcome */
    with attempt as (
      update generation_attempts a
      set state = ${outcome.state}, images = ${succeeded ? JSON.stringify(outcome.images) : null}::jsonb,
        error = ${succeeded ? null : JSON.stringify(outcome.error)}::jsonb, cost_micros = ${outcome.costMicros}::bigint, finished_at = now()
      from generation_history_v2 g
      where a.id = ${attemptId} and a.state in ('intent', 'submitted', 'unknown')
        and g.generation_id = a.generation_id and g.generation_id = ${lease.generationId} and g.lease_epoch = ${lease.epoch} and g.status = 'processing'
      returning a.id, a.generation_id, a.call, a.provider, g.plan, g.estimated_cost_micros
    ), ${bookCost(outcome)}
    select id from attempt`.execute(db);
  return rows.length > 0;
}

/** The submissions of a generation that a provider has taken and that have not ended. */
export async function listSubmitted(db: Executor, generationId: string) {
  return db
    .selectFrom('generation_attempts')
    .select(['id', 'call', 'provider_request_id', 'provider_urls'])
    .where('generation_id', '=', generationId)
    .where('state', '=', 'submitted')
    .execute();
}
