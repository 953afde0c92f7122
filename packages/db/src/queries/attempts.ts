import type { EngineId, Provider } from '@imagegen/core/engines/engine';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';
import type { StoredError, StoredImage } from '../tables.ts';
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
 * to be announced. Not fenced: an id is never thrown away.
 */
export async function recordSubmitted(
  db: Executor,
  generationId: string,
  submitted: { attemptId: string; providerRequestId: string; providerUrls: Record<string, string> },
): Promise<number | null> {
  const { rows } = await sql<{ seq: number }>`/* prepare: record_submitted */
    with attempt as (
      update generation_attempts
      set state = 'submitted', provider_request_id = ${submitted.providerRequestId}, provider_urls = ${JSON.stringify(submitted.providerUrls)}::jsonb, submitted_at = now()
      where id = ${submitted.attemptId} and state in ('intent', 'unknown')
      returning generation_id
    ), generation as (
      update generation_history_v2 set event_seq = event_seq + 1
      where generation_id in (select generation_id from attempt) and status = 'processing'
      returning generation_id, event_seq, status, progress
    )
    insert into generation_events (generation_id, seq, type, status, progress)
    select generation_id, event_seq, 'submitted', status, progress from generation
    where generation_id = ${generationId}
    returning seq`.execute(db);
  return rows[0]?.seq ?? null;
}

export type AttemptOutcome =
  | { state: 'succeeded'; images: StoredImage[]; costMicros: number }
  | { state: 'failed' | 'unknown'; error: StoredError; costMicros: number };

/** Ends one attempt. False when the lease is lost. */
export async function recordOutcome(db: Executor, lease: Lease, attemptId: string, outcome: AttemptOutcome): Promise<boolean> {
  const result = await db
    .updateTable('generation_attempts')
    .set({
      state: outcome.state,
      images: outcome.state === 'succeeded' ? JSON.stringify(outcome.images) : null,
      error: outcome.state === 'succeeded' ? null : JSON.stringify(outcome.error),
      cost_micros: outcome.costMicros,
      finished_at: sql<Date>`now()`,
    })
    .where('id', '=', attemptId)
    .where('state', 'in', ['intent', 'submitted', 'unknown'])
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('generation_history_v2')
          .select('generation_id')
          .where('generation_id', '=', lease.generationId)
          .where('lease_epoch', '=', lease.epoch)
          .where('status', '=', 'processing'),
      ),
    )
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
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
