import type { EngineId } from '@imagegen/core/engines/engine';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';
import { bookCost } from './book-cost.ts';

/**
 * Takes generations that should be worked on and are not: due, not held, and not rung for `quietMs`. The caller rings for each in the
 * same transaction. Safe with any number of replicas.
 */
export async function takeUnrung(
  db: Executor,
  unrung: { engines: readonly EngineId[]; quietMs: number; limit: number },
): Promise<{ generation_id: string; engine: EngineId }[]> {
  const { rows } = await sql<{ generation_id: string; engine: EngineId }>`
    update generation_history_v2 set rung_at = now()
    where generation_id in (
      select generation_id from generation_history_v2
      where status in ('pending', 'processing') and engine = any(${unrung.engines}) and next_attempt_at <= now() and deadline_at > now()
        and rung_at < now() - make_interval(secs => ${unrung.quietMs / 1000}::float8) and (lease_until is null or lease_until < now())
      order by rung_at limit ${unrung.limit} for update skip locked)
    returning generation_id, engine`.execute(db);
  return rows;
}

/**
 * Takes open generations past their deadline that nobody holds and that a provider may still work on, once in `quietMs` each: the caller rings
 * for them, and the provider's service stops what is under way and ends them.
 */
export async function takeLate(
  db: Executor,
  late: { quietMs: number; limit: number },
): Promise<{ generation_id: string; engine: EngineId }[]> {
  const { rows } = await sql<{ generation_id: string; engine: EngineId }>`
    update generation_history_v2 set rung_at = now(), next_attempt_at = now()
    where generation_id in (
      select generation_id from generation_history_v2 g
      where status = 'processing' and deadline_at < now() and (lease_until is null or lease_until < now())
        and rung_at < now() - make_interval(secs => ${late.quietMs / 1000}::float8)
        and exists (select from generation_attempts a where a.generation_id = g.generation_id and a.state = 'submitted')
      order by deadline_at limit ${late.limit} for update skip locked)
    returning generation_id, engine`.execute(db);
  return rows;
}

/**
 * Open generations past their deadline that nobody holds and no provider works on; those a provider may work on only `graceMs` later, when
 * its service has not stopped them.
 */
export async function listExpired(
  db: Executor,
  { graceMs, limit }: { graceMs: number; limit: number },
): Promise<{ generation_id: string; user_id: number }[]> {
  const { rows } = await sql<{ generation_id: string; user_id: number }>`
    select generation_id, user_id from generation_history_v2 g
    where status in ('pending', 'processing') and deadline_at < now() and (lease_until is null or lease_until < now())
      and (deadline_at < now() - make_interval(secs => ${graceMs / 1000}::float8)
        or not exists (select from generation_attempts a where a.generation_id = g.generation_id and a.state = 'submitted'))
    order by deadline_at limit ${limit}`.execute(db);
  return rows;
}

/**
 * Ends attempts that were left open by generations that have ended: nobody will learn any more what became of them, and what they may have
 * cost is suspected. Looks at attempts with ids between the two, in the order of their ids, which is that of time; `lastId` is how far it got,
 * null when there was nothing left to look at.
 */
export async function closeAbandoned(
  db: Executor,
  { afterId, beforeId, limit }: { afterId: string; beforeId: string; limit: number },
): Promise<{ closed: number; lastId: string | null }> {
  const { rows } = await sql<{ last_id: string | null; closed: number }>`
    with seen as materialized (
      select id, state from generation_attempts where id > ${afterId} and id < ${beforeId} order by id limit ${limit}
    ), attempt as (
      update generation_attempts a set state = 'unknown', error = ${JSON.stringify(lostError)}::jsonb, cost_micros = 0, finished_at = now()
      from generation_history_v2 g
      where a.id in (select id from seen where state in ('intent', 'submitted')) and a.state in ('intent', 'submitted')
        and g.generation_id = a.generation_id and g.status in ('completed', 'failed')
      returning a.id, a.generation_id, a.call, a.provider, g.plan, g.estimated_cost_micros
    ), ${bookCost({ state: 'unknown', costMicros: 0 })}
    select (select max(id) from seen) as last_id, (select count(*) from attempt)::int as closed`.execute(db);
  const [row] = rows;
  return { closed: row?.closed ?? 0, lastId: row?.last_id ?? null };
}

const lostError = { code: 'OUTCOME_UNKNOWN', message: 'The generation ended before it was known what became of this.' };

/**
 * Removes what happened on the way of generations with ids between the two; their last event stays. `lastId` is how far it got, null when
 * there was nothing left.
 */
export async function pruneEvents(
  db: Executor,
  { afterId, beforeId, limit }: { afterId: string; beforeId: string; limit: number },
): Promise<{ pruned: number; lastId: string | null }> {
  const { rows } = await sql<{ last_id: string | null; pruned: number }>`
    with old as materialized (
      select generation_id from generation_history_v2
      where generation_id > ${afterId} and generation_id < ${beforeId} and status in ('completed', 'failed') order by generation_id limit ${limit}
    ), pruned as (
      delete from generation_events where generation_id in (select generation_id from old) and type not in ('completed', 'failed')
      returning generation_id
    )
    select (select max(generation_id) from old) as last_id, (select count(*) from pruned)::int as pruned`.execute(db);
  const [row] = rows;
  return { pruned: row?.pruned ?? 0, lastId: row?.last_id ?? null };
}
