import type { Provider } from '@imagegen/core/engines/engine';
import { type RawBuilder, sql } from 'kysely';
import type { Executor } from '../open-database.ts';

export type Callback = {
  provider: Provider;
  /** The provider's own id of this delivery: the same one again changes nothing. */
  webhookId: string;
  providerRequestId: string;
  callbackToken: string;
};

/** Whom a callback concerns. `due`: nobody works on it, and it has just been made due. */
export type CallbackRing = { provider: Provider; generation_id: string; due: boolean };

/** An attempt whose provider's id is not known yet is looked up with what the inbox says: at once, when nobody holds its generation. */
const makeDue = (generations: RawBuilder<unknown>) => sql`
  update generation_history_v2 set next_attempt_at = now(), rung_at = now() - interval '1 hour'
  where status = 'processing' and lease_owner is null and generation_id in (${generations})
  returning generation_id`;

/** Of a `generation_attempts attempt` and its `generation_history_v2 generation`: nobody is rung for an engine that it has moved on from. */
const isOpen = sql`attempt.state in ('intent', 'unknown', 'submitted') and attempt.engine = generation.engine`;
const isLost = sql`attempt.state in ('intent', 'unknown') and attempt.engine = generation.engine`;
const isHeld = sql`generation.status = 'processing' and coalesce(generation.lease_until > now(), false)`;
/** Whoever holds a generation whose attempt is lost may have looked into the inbox just before: what came must still be there when he leaves. */
const isDealtWith = sql`not (${isLost} and ${isHeld})`;

/**
 * Remembers that a provider called back with this token: for the first time for an attempt of ours (`matched`, with whom to ring), for none
 * that is known (`parked`), or once more (`duplicate`, which has no effect). Says nothing about the outcome: the provider's service asks the
 * provider itself.
 */
export async function storeCallback(
  db: Executor,
  { provider, webhookId, providerRequestId, callbackToken }: Callback,
): Promise<{ outcome: 'matched' | 'parked' | 'duplicate'; ring: CallbackRing | null }> {
  const { rows } = await sql<{ stored: boolean; generation_id: string | null; open: boolean | null; due: boolean }>`
    /* prepare: store_callback */
    with attempt as (
      select attempt.generation_id, ${isOpen} as open, ${isLost} as lost, ${isDealtWith} as dealt_with
      from generation_attempts attempt join generation_history_v2 generation using (generation_id)
      where attempt.callback_token = ${callbackToken} and attempt.provider = ${provider}
    ), stored as (
      insert into webhook_inbox (provider, webhook_id, provider_request_id, callback_token, processed_at)
      values (${provider}, ${webhookId}, ${providerRequestId}, ${callbackToken}, (select now() from attempt where dealt_with))
      on conflict do nothing
      returning webhook_id
    ), due as (${makeDue(sql`select generation_id from attempt, stored where lost`)})
    select exists (select from stored) as stored, exists (select from due) as due,
      (select generation_id from attempt) as generation_id, (select open from attempt) as open`.execute(db);
  const row = rows[0];
  if (!row?.stored) return { outcome: 'duplicate', ring: null };
  if (row.generation_id === null) return { outcome: 'parked', ring: null };
  return { outcome: 'matched', ring: row.open ? { provider, generation_id: row.generation_id, due: row.due } : null };
}

/**
 * Takes the callbacks that were parked, or came while somebody held their generation, as soon as that has changed; whom to ring. Safe with
 * any number of replicas.
 */
export async function takeParkedCallbacks(db: Executor): Promise<CallbackRing[]> {
  const { rows } = await sql<CallbackRing>`
    with taken as (
      update webhook_inbox inbox set processed_at = now()
      from generation_attempts attempt join generation_history_v2 generation using (generation_id)
      where inbox.processed_at is null and attempt.callback_token = inbox.callback_token and attempt.provider = inbox.provider
        and ${isDealtWith}
      returning inbox.provider, attempt.generation_id, ${isOpen} as open, ${isLost} as lost
    ), due as (${makeDue(sql`select generation_id from taken where lost`)})
    select provider, generation_id, generation_id in (select generation_id from due) as due from taken where open`.execute(db);
  return rows;
}

/**
 * Forgets what belongs to no attempt for longer than ten minutes, and everything after a day: no generation is open for so long, and a
 * delivery that old is refused by its timestamp. The number of rows.
 */
export async function pruneCallbacks(db: Executor): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from webhook_inbox inbox
    where received_at < now() - interval '1 day' or (processed_at is null and received_at < now() - interval '10 minutes'
      and not exists (select from generation_attempts attempt where attempt.callback_token = inbox.callback_token))`.execute(db);
  return Number(numAffectedRows);
}

/** The provider's id for a submission whose answer was lost, when the provider has called back. The first one said counts. */
export async function findCallback(db: Executor, provider: Provider, callbackToken: string): Promise<string | null> {
  const row = await db
    .selectFrom('webhook_inbox')
    .select('provider_request_id')
    .where('provider', '=', provider)
    .where('callback_token', '=', callbackToken)
    .orderBy('received_at')
    .executeTakeFirst();
  return row?.provider_request_id ?? null;
}
