import type { EngineId } from '@imagegen/core/engines/engine';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

export type EngineBacklog = {
  engine: EngineId;
  /** Open generations. */
  open: number;
  /** Of those, the ones that nobody has begun and that do not wait for a place of their user's. */
  due: number;
  /** Generations begun since. */
  begun: number;
};

/** Engines with open generations, counted up to `most` of all in all, or with attempts whose ids come after `sinceAttemptId`. */
export async function readBacklog(
  db: Executor,
  { most, sinceAttemptId }: { most: number; sinceAttemptId: string },
): Promise<EngineBacklog[]> {
  const { rows } = await sql<EngineBacklog>`/* prepare: read_backlog */
    with open as (
      select engine, count(*)::int as open, (count(*) filter (where status = 'pending' and next_attempt_at <= now()))::int as due
      from (
        select engine, status, next_attempt_at from generation_history_v2
        where status in ('pending', 'processing') limit ${most}::int) as counted
      group by engine
    ), begun as (
      select engine, count(*)::int as begun from generation_attempts
      where id > ${sinceAttemptId} and call = 0 and try = 1 group by engine
    )
    select engine, coalesce(open, 0) as open, coalesce(due, 0) as due, coalesce(begun, 0) as begun from open full join begun using (engine)`.execute(
    db,
  );
  return rows;
}
