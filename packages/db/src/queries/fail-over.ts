import { engines } from '@imagegen/core/engines/catalogue';
import type { EngineId } from '@imagegen/core/engines/engine';
import { openStatuses } from '@imagegen/core/generation/status';
import { subjects } from '@imagegen/core/messages/subjects';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';
import type { Lease } from './claims.ts';

/** `to` is one of the generation's fallbacks. `reason` is for the receipt: a sentence. */
export type Move = { from: EngineId; to: EngineId; reason: string };

/** What the commit wrote to the outbox, to be delivered at once or by the relay. */
export type Moved = { seq: number; event: { outboxId: number; subject: string }; ring: { outboxId: number; subject: string } };

type Moving = { generationId: string; userId: number };

/**
 * Moves a generation to another engine, in one commit: engine, plan, adjustments, receipt, event and the rings for the engine's service. Null
 * when the lease is lost, the fallback is gone or dearer than the hold, the generation is to be canceled, or anything of it may have been
 * bought where it was: then nothing has changed. The lease ends with it.
 */
export async function failOver(db: Executor, lease: Lease & Moving, move: Move): Promise<Moved | null> {
  return moveOn(db, lease, move, sql`g.lease_epoch = ${lease.epoch} and g.status = 'processing'`);
}

/** The same for a generation that nobody holds. */
export async function failOverUnheld(db: Executor, generation: Moving, move: Move): Promise<Moved | null> {
  return moveOn(
    db,
    generation,
    move,
    sql`g.status = any(${openStatuses}::generation_status[]) and (g.lease_until is null or g.lease_until < now()) and g.deadline_at > now()`,
  );
}

type Fragment = ReturnType<typeof sql>;

/** No attempt since the last move that was not refused for free. */
const nothingBought = sql`not exists (
    select 1 from generation_attempts a
    where a.generation_id = g.generation_id and a.try > g.tries_elsewhere and (a.state <> 'failed' or a.cost_micros > 0)
  )`;

async function moveOn(db: Executor, { generationId, userId }: Moving, { from, to, reason }: Move, where: Fragment): Promise<Moved | null> {
  const ring = subjects.requested(engines[to].provider, generationId);
  const event = subjects.event(userId, generationId);
  const { rows } = await sql<{ id: number; subject: string; seq: number | null }>`
    with target as materialized (
      select fallback, (select max(try) from generation_attempts where generation_id = ${generationId}) as last_try
      from generation_history_v2, jsonb_array_elements(fallbacks) as fallback
      where generation_id = ${generationId} and fallback ->> 'engine' = ${to}
    ), generation as (
      update generation_history_v2 g
      set engine = fallback ->> 'engine', provider = fallback ->> 'label', plan = fallback -> 'plan', adjustments = fallback -> 'adjustments',
        estimated_cost_micros = (fallback ->> 'estimated_cost_micros')::bigint,
        estimated_time_seconds = (fallback ->> 'estimated_time_seconds')::int,
        fallbacks = jsonb_path_query_array(fallbacks, '$[*] ? (@.engine != $to)', jsonb_build_object('to', ${to}::text)),
        routing = jsonb_set(routing, '{failovers}', coalesce(routing -> 'failovers', '[]') || jsonb_build_object('from', engine, 'to', ${to}::text,
          'reason', ${reason}::text, 'at', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))),
        accepted_as = coalesce(accepted_as, jsonb_build_object('provider', provider, 'engine', engine, 'seed', plan -> 'calls' -> 0 -> 'seed',
          'adjustments', adjustments, 'estimated_time_seconds', estimated_time_seconds)),
        tries = greatest(tries, coalesce(last_try, 0)), tries_elsewhere = greatest(tries, coalesce(last_try, 0)), claims = 0,
        event_seq = event_seq + 1, lease_epoch = lease_epoch + 1, lease_until = null, lease_owner = null, queue_position = null,
        next_attempt_at = now(), rung_at = now()
      from target
      where g.generation_id = ${generationId} and g.engine = ${from} and g.cancel_requested_at is null
        and (fallback ->> 'estimated_cost_micros')::bigint <= g.hold_micros and ${where} and ${nothingBought}
      returning g.generation_id, event_seq, status, progress
    ), event as (
      insert into generation_events (generation_id, seq, type, status, progress)
      select generation_id, event_seq, 'failed_over', status, progress from generation
    )
    insert into outbox (subject, payload)
    select ${event}, jsonb_build_object('v', 1, 'generation_id', generation_id, 'seq', event_seq, 'type', 'failed_over') from generation
    union all
    select ${ring}, jsonb_build_object('v', 1, 'generation_id', generation_id) from generation
    returning id, subject, (payload ->> 'seq')::int as seq`.execute(db);
  const [announced, rung] = [rows.find(({ seq }) => seq !== null), rows.find(({ seq }) => seq === null)];
  if (!announced?.seq || !rung) return null;
  return { seq: announced.seq, event: { outboxId: announced.id, subject: event }, ring: { outboxId: rung.id, subject: ring } };
}

export type Stranded = { generation_id: string; user_id: number; engine: EngineId; fallbacks: EngineId[] };

/** Open generations at these engines that nobody holds, that may move to one of those, and of which nothing can have been bought yet. */
export async function listStranded(
  db: Executor,
  { at, to, limit }: { at: readonly EngineId[]; to: readonly EngineId[]; limit: number },
): Promise<Stranded[]> {
  const { rows } = await sql<Stranded>`
    select generation_id, user_id, engine, jsonb_path_query_array(fallbacks, '$[*].engine') as fallbacks
    from generation_history_v2 g
    where status in ('pending', 'processing') and engine = any(${at}::text[]) and jsonb_path_query_array(fallbacks, '$[*].engine') ?| ${to}::text[] and cancel_requested_at is null
      and (lease_until is null or lease_until < now()) and deadline_at > now() and ${nothingBought}
    order by rung_at limit ${limit}`.execute(db);
  return rows;
}
