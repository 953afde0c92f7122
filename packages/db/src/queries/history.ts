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
export type HistoryPage = { after?: HistoryPosition | undefined; offset: number; limit: number };
export type HistoryRow = GenerationRow & { created_micros: number };

/** Words and LoRAs are first looked for among this many of the newest: what is found there need not be collected from all years. */
const newest = 1_500;
/** Of words and LoRAs that so many of a user's generations are believed to have, counting begins with the newest. */
const dense = 20_000;

/** One page of a user's generations, newest first: those behind `after`, without the first `offset`. */
export async function listHistory(db: Executor, filter: HistoryFilter, page: HistoryPage): Promise<HistoryRow[]> {
  const limit = page.offset + page.limit;
  if (looksUpTerms(filter)) {
    // A page far back is worth a look at more of them: it is either found there, or words so rare that the index has few of them.
    const window = newest + 2 * page.offset;
    const rows = await readPage(db, filter.userId, page, firstAmongNewest(filter, { window, limit }, page.after));
    if (rows.length === page.limit || !(await reachesBeyond(db, filter, window, page.after))) return rows;
  }
  return readPage(db, filter.userId, page, first(filter, limit, page.after));
}

async function readPage(db: Executor, userId: number, { offset, limit }: HistoryPage, found: RawBuilder<unknown>): Promise<HistoryRow[]> {
  return db
    .selectFrom('generation_history_v2')
    .select(outputColumns)
    .select(sql<number>`(extract(epoch from created_at) * 1000000)::int8`.as('created_micros'))
    .where('user_id', '=', userId)
    .where('id', 'in', sql<number>`(select id from (${found}) found order by created_at desc, id desc offset ${offset} limit ${limit})`)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

/** Up to this many, a total is counted; beyond, it is an estimate. */
export const exactlyCounted = 10_000;
/** The same for words and LoRAs, whose index does not count alone. */
export const exactlyCountedTerms = 1_000;

/** How many there are: exact up to the bound above, the planner's estimate beyond. */
export async function totalHistory(db: Executor, filter: HistoryFilter): Promise<number> {
  const bound = looksUpTerms(filter) ? exactlyCountedTerms : exactlyCounted;
  const counted = await countHistory(db, filter, bound);
  return counted < bound ? counted : Math.max(counted, await estimateHistory(db, filter));
}

/** How many there are, counted up to `bound`. */
export async function countHistory(db: Executor, filter: HistoryFilter, bound: number): Promise<number> {
  if (looksUpTerms(filter)) {
    const amongNewest = () => count(db, firstAmongNewest(filter, { window: newest, limit: bound }));
    if (!(await reachesBeyond(db, filter, newest))) return amongNewest();
    // The newest alone hold that many of dense words only, and dense words are what the index is slow with.
    if ((await estimateHistory(db, filter)) > dense && (await amongNewest()) === bound) return bound;
    return count(db, sql`${allOfTerms(filter)} limit ${bound}`);
  }
  return count(db, sql`select from generation_history_v2 where ${matching(filter)}${ofEngines(filter)} limit ${bound}`);
}

async function count(db: Executor, found: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from (${found}) found`.execute(db);
  return rows[0]?.count ?? 0;
}

/** How many there are, as the planner sees it: for when counting would take longer than the answer is worth. */
export async function estimateHistory(db: Executor, filter: HistoryFilter): Promise<number> {
  // The planner takes `user_id` and the same user's lexeme for independent; nothing is read, so one of them is enough here.
  const estimable = looksUpTerms(filter) ? sql`deleted_at is null and ${terms(filter)}` : matching(filter);
  const { rows } = await sql<{ 'QUERY PLAN': { Plan: { 'Plan Rows': number } }[] }>`
    explain (format json) select id from generation_history_v2 where ${estimable}${ofEngines(filter)}`.execute(db);
  return rows[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0;
}

/**
 * The first `limit` that match. Words and LoRAs are all collected and then sorted. With engines, each is read in order on its own: an engine
 * the user never chose must not cost a walk.
 */
function first(filter: HistoryFilter, limit: number, after?: HistoryPosition): RawBuilder<unknown> {
  if (looksUpTerms(filter)) {
    return sql`
      with found as materialized (${allOfTerms(filter, after)}) select id, created_at from found
      order by created_at desc, id desc limit ${limit}`;
  }
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

/**
 * The first that have the words and LoRAs among the newest of those that fit otherwise; fewer when the rest is further back. The newest are told
 * by the indexes alone; of them are fetched only those that the index of terms has as well, or all when the words are dense.
 */
function firstAmongNewest(filter: HistoryFilter, { window, limit }: { window: number; limit: number }, after?: HistoryPosition) {
  return sql`
    select id, created_at from (${newestIds(filter, window, after)}) recent (recent_id, recent_at)
    join generation_history_v2 on id = recent_id
    where deleted_at is null and ${terms(filter)} order by recent_at desc, recent_id desc limit ${limit}`;
}

/** Whether more than the `window` newest fit otherwise: if not, nothing that has the words and LoRAs lies outside of them. */
async function reachesBeyond(db: Executor, filter: HistoryFilter, window: number, after?: HistoryPosition): Promise<boolean> {
  return (await count(db, newestIds(filter, window + 1, after))) > window;
}

function newestIds({ search, loraIds, ...otherwise }: HistoryFilter, limit: number, after?: HistoryPosition): RawBuilder<unknown> {
  return first(otherwise, limit, after);
}

/** From the index of terms alone, which knows the user too: without "+ 0", Postgres also collects everything that the user ever made. */
function allOfTerms(filter: HistoryFilter, after?: HistoryPosition): RawBuilder<unknown> {
  return sql`
    select id, created_at from generation_history_v2 where ${matching(filter, after, sql`user_id + 0`)}${ofEngines(filter)}`;
}

function ofEngines({ engines }: HistoryFilter): RawBuilder<unknown> {
  return engines ? sql` and engine = any(${engines}::text[])` : sql``;
}

/** Whether the answer comes from the index of words and LoRAs: then counting far costs more than the figure is worth. */
export function looksUpTerms({ loraIds = [], search }: HistoryFilter): boolean {
  return loraIds.length > 0 || search !== undefined;
}

function matching(filter: HistoryFilter, after?: HistoryPosition, user = sql`user_id`): RawBuilder<unknown> {
  const { userId, from, before, status, favorite } = filter;
  const conditions = [sql`${user} = ${userId}`, sql`deleted_at is null`];
  if (from) conditions.push(sql`created_at >= ${from}`);
  if (before) conditions.push(sql`created_at < ${before}`);
  if (status) conditions.push(sql`status = ${status}::generation_status`);
  if (favorite !== undefined) conditions.push(favorite ? sql`is_favorite` : sql`not is_favorite`);
  if (looksUpTerms(filter)) conditions.push(terms(filter));
  if (after) {
    conditions.push(
      sql`(created_at, id) < ('epoch'::timestamptz + ${after.createdMicros}::int8 * interval '1 microsecond', ${after.id}::int8)`,
    );
  }
  return sql.join(conditions, sql` and `);
}

function terms({ userId, loraIds = [], search }: HistoryFilter): RawBuilder<unknown> {
  const lexemes = [`U${userId}`, ...loraIds.map((id) => `L${id}`)].join(' & ');
  const words = search === undefined ? sql`` : sql` && websearch_to_tsquery('simple', ${search})`;
  return sql`search @@ (${lexemes}::tsquery${words})`;
}
