import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

/**
 * Generations whose hold is older than `ageMs` and was neither settled nor released, among the transfers after `afterId`; `lastId` is how far
 * it got, null when there was nothing left to look at.
 */
export async function findStrayHolds(
  db: Executor,
  { afterId, ageMs, limit }: { afterId: number; ageMs: number; limit: number },
): Promise<{ generationIds: string[]; lastId: number | null }> {
  const { rows } = await sql<{ last_id: number | null; stray: string[] }>`
    with seen as materialized (
      select id, kind, generation_id, attempt_id from ledger_transfers
      where id > ${afterId} and created_at < now() - make_interval(secs => ${ageMs / 1000}::float8) order by id limit ${limit}
    )
    select (select max(id) from seen) as last_id, array(
      select generation_id from seen
      where kind = 'hold' and attempt_id is null and not exists (
        select from ledger_transfers ended
        where ended.generation_id = seen.generation_id and ended.attempt_id is null and ended.kind in ('settle', 'release'))) as stray`.execute(
    db,
  );
  const [row] = rows;
  return { generationIds: row?.stray ?? [], lastId: row?.last_id ?? null };
}
