import { openStatuses } from '@imagegen/core/generation/status';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

/** The minute of every limit. */
export const windowSeconds = 60;

/** `calls` wished by one user of one bucket, of which `most` fit in a minute. */
export type CallsAsked = { userId: number; bucket: string; calls: number; most: number };

export type CallsCounted = {
  user_id: number;
  bucket: string;
  /** How many of the asked calls are admitted. Only those are counted. */
  granted: number;
  /** In the window that runs, these included, and in the one before. */
  calls: number;
  earlier_calls: number;
  /** Of the window that runs, 0 to 1. */
  elapsed: number;
};

/**
 * Counts and admits in one statement, for any number of users, each named once a bucket. The minute is a sliding one: what the window before
 * counted still weighs with the part of it that lies within the last minute. The row is the lock, and the clock is Postgres's, so the answer
 * is exact however many gateways ask.
 */
export async function countCalls(db: Executor, asked: readonly CallsAsked[]): Promise<CallsCounted[]> {
  const input = JSON.stringify(asked.map(({ userId, ...rest }) => ({ user_id: userId, ...rest })));
  const { rows } = await sql<CallsCounted>`/* prepare: count_calls */
    with clock as materialized (
      select extract(epoch from clock_timestamp())::float8 / ${windowSeconds} as windows
    )
    insert into rate_limits as kept (user_id, bucket, window_number, calls, most_calls, granted)
    select user_id, bucket, floor(windows), least(calls, most), most, least(calls, most)
    from clock, jsonb_to_recordset(${input}::jsonb) as asked (user_id bigint, bucket text, calls int, most int)
    order by user_id, bucket
    on conflict (user_id, bucket) do update set (window_number, calls, earlier_calls, most_calls, granted) = (
      select greatest(kept.window_number, excluded.window_number), current + fitting, earlier, excluded.most_calls, fitting
      from (
        select current, earlier, greatest(0, least(excluded.granted, floor(excluded.most_calls - current - earlier * (1 - elapsed))::int)) as fitting
        from (
          select
            case when kept.window_number >= excluded.window_number then kept.calls else 0 end as current,
            case when kept.window_number >= excluded.window_number then kept.earlier_calls
              when kept.window_number = excluded.window_number - 1 then kept.calls else 0 end as earlier,
            greatest(0, (select windows from clock) - greatest(kept.window_number, excluded.window_number)) as elapsed
        ) as windows
      ) as room
    )
    returning user_id, bucket, granted, calls, earlier_calls, greatest(0, (select windows from clock) - window_number)::float8 as elapsed`.execute(
    db,
  );
  return rows;
}

/** Takes back one call that turned out to be free. */
export async function uncountCall(db: Executor, { userId, bucket }: { userId: number; bucket: string }): Promise<void> {
  await sql`update rate_limits set calls = calls - 1 where user_id = ${userId} and bucket = ${bucket} and calls > 0`.execute(db);
}

/** Open generations of each of these users, counted up to `most`. */
export async function countOpenGenerations(db: Executor, userIds: readonly number[], most: number): Promise<Map<number, number>> {
  const { rows } = await sql<{ user_id: number; open: number }>`
    select user_id, (
      select count(*)::int from (
        select 1 from generation_history_v2 g where g.user_id = asked.user_id and status = any(${openStatuses}::generation_status[]) limit ${most}
      ) as counted) as open
    from unnest(${userIds}::bigint[]) as asked (user_id)`.execute(db);
  return new Map(rows.map(({ user_id, open }) => [user_id, open]));
}
