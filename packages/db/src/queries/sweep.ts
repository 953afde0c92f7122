import type { EngineId } from '@imagegen/core/engines/engine';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

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

/** Open generations past their deadline that nobody holds. */
export async function listExpired(db: Executor, limit: number): Promise<{ generation_id: string; user_id: number }[]> {
  const { rows } = await sql<{ generation_id: string; user_id: number }>`
    select generation_id, user_id from generation_history_v2
    where status in ('pending', 'processing') and deadline_at < now() and (lease_until is null or lease_until < now())
    order by deadline_at limit ${limit}`.execute(db);
  return rows;
}
