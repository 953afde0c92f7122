import type { EngineId } from '@imagegen/core/engines/engine';
import type { GenerationStatus } from '@imagegen/core/generation/status';
import { type RawBuilder, sql } from 'kysely';
import type { Executor } from '../open-database.ts';
import { type GenerationRow, outputColumns } from './generations.ts';

export type HistoryFilter = {
  userId: number;
  /** Inclusive. */
  from?: Date | undefined;
  /** Exclusive. */
  before?: Date | undefined;
  status?: GenerationStatus | undefined;
  /** Absent: any. */
  engines?: readonly EngineId[] | undefined;
  /** All of them were used. */
  loraIds?: readonly number[] | undefined;
  favorite?: boolean | undefined;
  /** As typed into a search box: words, "phrases", or, -without. */
  search?: string | undefined;
};

/** A place in the order of lists: the newest first, and the later id first among those of the same microsecond. */
export type HistoryPosition = { createdMicros: number; id: number };
export type HistoryRow = GenerationRow & { created_micros: number };

/** One page of a user's generations, newest first: those behind `after`, without the first `offset`. */
export async function listHistory(
  db: Executor,
  filter: HistoryFilter,
  page: { after?: HistoryPosition | undefined; offset: number; limit: number },
): Promise<HistoryRow[]> {
  return db
    .selectFrom('generation_history_v2')
    .select(outputColumns)
    .select(sql<number>`(extract(epoch from created_at) * 1000000)::int8`.as('created_micros'))
    .where('user_id', '=', filter.userId)
    .where(
      'id',
      'in',
      sql<number>`(
      select id from (${first(filter, page.offset + page.limit, page.after)}) found
      order by created_at desc, id desc offset ${page.offset} limit ${page.limit})`,
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

/** How many there are, counted up to `bound`. */
export async function countHistory(db: Executor, filter: HistoryFilter, bound: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from (${first(filter, bound)}) found`.execute(db);
  return rows[0]?.count ?? 0;
}

/** How many there are, as the planner sees it: for when counting would take longer than the answer is worth. */
export async function estimateHistory(db: Executor, filter: HistoryFilter): Promise<number> {
  const engines = filter.engines ? sql` and engine = any(${filter.engines}::text[])` : sql``;
  const { rows } = await sql<{ 'QUERY PLAN': { Plan: { 'Plan Rows': number } }[] }>`
    explain (format json) select id from generation_history_v2 where ${matching(filter)}${engines}`.execute(db);
  return rows[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0;
}

/** The first `limit` that match. With engines, each is read in order on its own: an engine the user never chose must not cost a walk. */
function first(filter: HistoryFilter, limit: number, after?: HistoryPosition): RawBuilder<unknown> {
  const where = matching(filter, after);
  if (!filter.engines) {
    return sql`select id, created_at from generation_history_v2 where ${where} order by created_at desc, id desc limit ${limit}`;
  }
  return sql`
    select found.id, found.created_at from unnest(${filter.engines}::text[]) as asked (engine)
    cross join lateral (
      select id, created_at from generation_history_v2
      where ${where} and engine = asked.engine order by created_at desc, id desc limit ${limit}) found
    order by created_at desc, id desc limit ${limit}`;
}

function matching(filter: HistoryFilter, after?: HistoryPosition): RawBuilder<unknown> {
  const { userId, from, before, status, favorite, loraIds = [], search } = filter;
  const conditions = [sql`user_id = ${userId}`, sql`deleted_at is null`];
  if (from) conditions.push(sql`created_at >= ${from}`);
  if (before) conditions.push(sql`created_at < ${before}`);
  if (status) conditions.push(sql`status = ${status}::generation_status`);
  if (favorite !== undefined) conditions.push(favorite ? sql`is_favorite` : sql`not is_favorite`);
  if (loraIds.length > 0 || search) {
    const terms = [`U${userId}`, ...loraIds.map((id) => `L${id}`)].join(' & ');
    const words = search ? sql` && websearch_to_tsquery('simple', ${search})` : sql``;
    conditions.push(sql`search @@ (${terms}::tsquery${words})`);
  }
  if (after) {
    conditions.push(
      sql`(created_at, id) < ('epoch'::timestamptz + ${after.createdMicros}::int8 * interval '1 microsecond', ${after.id}::int8)`,
    );
  }
  return sql.join(conditions, sql` and `);
}
