import type { EngineId } from '@imagegen/core/engines/engine';
import type { UsageDimension } from '@imagegen/core/insight/roll-up';
import { timeBuckets } from '@imagegen/core/insight/time-buckets';
import { type Days, splitMonths } from '@imagegen/core/insight/whole-months';
import { type RawBuilder, sql } from 'kysely';
import type { Executor } from '../open-database.ts';

export type UsageQuery = {
  /** `everybody` (0) for all users together. */
  userId: number;
  dimension: UsageDimension;
  /** Days, `YYYY-MM-DD`, both inclusive. */
  from: string;
  to: string;
  engines?: readonly EngineId[] | undefined;
  key?: string | undefined;
};

export type UsageRow = {
  group: string;
  generations: number;
  completed: number;
  images: number;
  credits: number;
  weight: number;
  /** Empty when they were not asked for. */
  time_buckets: number[];
};

/** Sums over the days asked for, one row for each value of `groupBy`, the most used first; without it one row for everything. */
export async function sumUsage(
  db: Executor,
  query: UsageQuery,
  { groupBy, limit, times = true }: { groupBy: 'day' | 'engine' | 'key' | null; limit: number; times?: boolean },
): Promise<UsageRow[]> {
  const groups = { day: sql`to_char(day, 'YYYY-MM-DD')`, engine: sql`engine`, key: sql`key` };
  const buckets = Array.from({ length: times ? timeBuckets : 0 }, (_, index) => sql`sum(time_buckets[${index + 1}::int])::int8`);
  const { rows } = await sql<UsageRow>`
    select ${groupBy ? groups[groupBy] : sql`''`} as "group", sum(generations)::int8 as generations, sum(completed)::int8 as completed,
      sum(images)::int8 as images, sum(credits)::float8 as credits, sum(weight) as weight, ${times ? sql`to_json(array[${sql.join(buckets)}])` : sql`'[]'::json`} as time_buckets
    from (${groupBy === 'day' ? inDays(query, query) : inMonthsAndDays(query)}) counted
    group by 1 order by ${groupBy === 'day' ? sql`1` : sql`2 desc, 1`} limit ${limit}`.execute(db);
  return rows;
}

const sums = sql`engine, key, generations, completed, images, credits, weight, time_buckets`;

/** Whole months are read from their own sums; only the days before and after them are added up. */
function inMonthsAndDays(query: UsageQuery): RawBuilder<unknown> {
  const split = splitMonths(query);
  if (!split) return inDays(query, query);
  const { months, head, tail } = split;
  return sql`
    select month as day, ${sums} from usage_months
    where ${matching(query)} and month >= ${months.from}::date and month < ${months.before}::date
    union all ${inDays(query, head)} union all ${inDays(query, tail)}`;
}

function inDays(query: UsageQuery, { from, to }: Days): RawBuilder<unknown> {
  return sql`select day, ${sums} from usage_rollups where ${matching(query)} and day between ${from}::date and ${to}::date`;
}

function matching({ userId, dimension, engines, key }: UsageQuery): RawBuilder<unknown> {
  const conditions = [sql`user_id = ${userId} and dimension = ${dimension}`];
  if (engines) conditions.push(sql`engine = any(${engines}::text[])`);
  if (key !== undefined) conditions.push(sql`key = ${key}`);
  return sql.join(conditions, sql` and `);
}
