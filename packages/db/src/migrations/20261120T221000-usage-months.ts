import { type Kysely, sql } from 'kysely';

/** The same figures by month: a year of everybody's LoRA combinations is a few hundred rows of these instead of tens of thousands of days. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table usage_months (like usage_rollups including constraints including indexes) with (fillfactor = 80)`.execute(db);
  await sql`alter table usage_months rename column day to month`.execute(db);
  const buckets = Array.from({ length: 28 }, (_, index) => sql`sum(time_buckets[${index + 1}::int])::int`);
  await sql`
    insert into usage_months (user_id, dimension, month, engine, key, generations, completed, images, credits, weight, time_buckets)
    select user_id, dimension, date_trunc('month', day)::date, engine, key, sum(generations), sum(completed), sum(images), sum(credits),
      sum(weight), array[${sql.join(buckets)}]
    from usage_rollups group by 1, 2, 3, 4, 5`.execute(db);
}
