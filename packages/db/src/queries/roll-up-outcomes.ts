import { type Outcome, type RolledUp, rollUp } from '@imagegen/core/insight/roll-up';
import { timeBuckets } from '@imagegen/core/insight/time-buckets';
import { pairScore } from '@imagegen/core/loras/pair-score';
import { type RawBuilder, sql } from 'kysely';
import type { Database, Executor } from '../open-database.ts';
import { addDeliveries } from './add-deliveries.ts';

/** Any number, as long as nothing else takes the same advisory lock. */
const rollUpLock = 7_230_001;

/**
 * Counts up to `limit` outcomes, each exactly once: taking them and adding them up is one transaction, and one replica at a time does it.
 * The same transaction makes sure that webhooks are told of every end.
 * Generations with `track_usage: false` are taken and not counted. How many were taken; 0 also while another replica counts.
 */
export async function rollUpOutcomes(db: Database, limit: number): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${rollUpLock}) as mine`.execute(transaction);
    if (!rows[0]?.mine) return 0;
    const { taken, ended, outcomes } = await takeOutcomes(transaction, limit);
    await addDeliveries(transaction, ended);
    if (outcomes.length > 0) await add(transaction, rollUp(outcomes));
    return taken;
  });
}

async function takeOutcomes(db: Executor, limit: number): Promise<{ taken: number; ended: string[]; outcomes: Outcome[] }> {
  const { rows } = await sql<Outcome & { generation_id: string; tracked: boolean }>`
    with taken as (
      delete from generation_outcomes where id in (select id from generation_outcomes order by id limit ${limit}) returning generation_id, kind
    )
    select generation_id, kind, user_id, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as day, engine, api, status = 'completed' as completed,
      error ->> 'code' as error_code, jsonb_array_length(images) as images, credits_used::float8 as credits, generation_time as time_ms, loras,
      coalesce((settings ->> 'track_usage')::boolean, true) as tracked
    from taken join generation_history_v2 using (generation_id)`.execute(db);
  const ended = rows.filter(({ kind }) => kind === 'ended').map(({ generation_id }) => generation_id);
  return { taken: rows.length, ended, outcomes: rows.filter(({ tracked }) => tracked) };
}

async function add(db: Executor, { usage, months, loras, pairs }: RolledUp): Promise<void> {
  await addUsage(db, { table: sql`usage_rollups`, period: sql`day` }, usage);
  await addUsage(db, { table: sql`usage_months`, period: sql`month` }, months);
  if (loras.length > 0) {
    await sql`
      update lora_models set usage_count = usage_count + used.generations, weight_total = weight_total + used.weight
      from jsonb_to_recordset(${JSON.stringify(loras)}::jsonb) as used (id int, generations int, weight float8)
      where lora_models.id = used.id`.execute(db);
  }
  if (pairs.length > 0) await learn(db, pairs);
}

/** Each by its number: a subquery over both arrays takes longer than everything else about a row. */
const bucketSums = Array.from({ length: timeBuckets }, (_, index) => {
  const bucket = sql`${index + 1}::int`;
  return sql`known.time_buckets[${bucket}] + excluded.time_buckets[${bucket}]`;
});

async function addUsage(
  db: Executor,
  { table, period }: Record<'table' | 'period', RawBuilder<unknown>>,
  usage: RolledUp['usage'],
): Promise<void> {
  if (usage.length === 0) return;
  await sql`
    insert into ${table} as known
      (user_id, dimension, ${period}, engine, key, generations, completed, images, credits, weight, time_buckets)
    select user_id, dimension, day, engine, key, generations, completed, images, credits, weight, time_buckets
    from jsonb_to_recordset(${JSON.stringify(usage)}::jsonb) as row (user_id bigint, dimension text, day date, engine text, key text,
      generations int, completed int, images int, credits numeric, weight float8, time_buckets int[])
    on conflict (user_id, dimension, ${period}, engine, key) do update set
      generations = known.generations + excluded.generations,
      completed = known.completed + excluded.completed,
      images = known.images + excluded.images,
      credits = known.credits + excluded.credits,
      weight = known.weight + excluded.weight,
      time_buckets = array[${sql.join(bucketSums)}]`.execute(db);
}

/** Pairs with a LoRA that is no longer in the catalogue are forgotten. */
async function learn(db: Executor, pairs: RolledUp['pairs']): Promise<void> {
  const { rows } = await sql<{ id: number; tested: number; succeeded: number; favorited: number }>`
    insert into lora_compatibility as known (lora_id_1, lora_id_2, compatibility_score, tested_count, success_count, favorite_count)
    select lora_id_1, lora_id_2, 0, tested, succeeded, favorited
    from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb)
      as seen (lora_id_1 int, lora_id_2 int, tested int, succeeded int, favorited int)
    where exists (select from lora_models where id = lora_id_1) and exists (select from lora_models where id = lora_id_2)
    on conflict (lora_id_1, lora_id_2) do update set
      tested_count = known.tested_count + excluded.tested_count,
      success_count = known.success_count + excluded.success_count,
      favorite_count = known.favorite_count + excluded.favorite_count
    returning id, tested_count as tested, success_count as succeeded, favorite_count as favorited`.execute(db);
  const scores = rows.map(({ id, ...counts }) => ({
    id,
    score: pairScore(counts),
    rate: counts.tested ? counts.succeeded / counts.tested : 0,
  }));
  await sql`
    update lora_compatibility set compatibility_score = seen.score, success_rate = seen.rate
    from jsonb_to_recordset(${JSON.stringify(scores)}::jsonb) as seen (id bigint, score numeric, rate numeric)
    where lora_compatibility.id = seen.id`.execute(db);
}
