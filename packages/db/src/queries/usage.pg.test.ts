import type { EngineId } from '@imagegen/core/engines/engine';
import { everybody, type UsageDimension } from '@imagegen/core/insight/roll-up';
import { timeBucket, timeBuckets } from '@imagegen/core/insight/time-buckets';
import fc from 'fast-check';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { up as sumMonths } from '../migrations/20261120T221000-usage-months.ts';
import { aGeneration, aUser } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations } from './accept-generations.ts';
import { rollUpOutcomes } from './roll-up-outcomes.ts';
import { sumUsage, type UsageQuery } from './usage.ts';

const engines = ['flux-standard', 'replicate', 'openai'] as const;
const firstDay = Date.parse('2026-01-15T00:00:00Z');
const days = 110;
const dayOf = (index: number) => new Date(firstDay + index * 86_400_000).toISOString().slice(0, 10);

/** What a generation came to, from its number alone. */
function made(index: number) {
  return {
    ours: index % 4 !== 0,
    day: dayOf((index * 7) % days),
    engine: engines[index % 3]!,
    api: index % 5 === 0 ? 'v1' : 'v2',
    completed: index % 6 !== 0,
    timeMs: 1_000 + index * 50,
    loras: [309, 310].filter((_, position) => index % (position + 2) === 0),
  };
}
type Made = ReturnType<typeof made>;
const everything = Array.from({ length: 400 }, (_, index) => made(index));

let database: MigratedDatabase;
let db: Database;
let userId: number;
beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  userId = await aUser(db, 'test:owner');
  const strangerId = await aUser(db, 'test:stranger');
  const generations = everything.map(({ ours, engine, api, loras }) => {
    const base = aGeneration(ours ? userId : strangerId);
    return { ...base, engine, api, settings: { ...base.settings, loras: loras.map((id) => ({ id, weight: 0.5 })) } };
  });
  await acceptGenerations(db, generations);
  const ends = generations.map(({ generation_id }, index) => ({ generation_id, ...everything[index] }));
  await sql`
    update generation_history_v2 g
    set status = (case when completed then 'completed' else 'failed' end)::generation_status, completed_at = now(),
      created_at = (day || 'T12:00:00Z')::timestamptz, generation_time = "timeMs", credits_used = case when completed then 0.25 else 0 end,
      images = case when completed then '[{}, {}]'::jsonb else '[]' end
    from jsonb_to_recordset(${JSON.stringify(ends)}::jsonb) as row (generation_id text, completed boolean, day text, "timeMs" int)
    where g.generation_id = row.generation_id`.execute(db);
  await sql`insert into generation_outcomes (generation_id, kind) select generation_id, 'ended' from generation_history_v2`.execute(db);
  while ((await rollUpOutcomes(db, 150)) > 0);
}, 30_000);
afterAll(() => database[Symbol.asyncDispose]());

type Asked = Omit<UsageQuery, 'userId'> & { mine: boolean; groupBy: 'day' | 'engine' | 'key' | null };
const day = fc.integer({ min: -40, max: days + 40 }).map(dayOf);
const asked: fc.Arbitrary<Asked> = fc.record({
  mine: fc.boolean(),
  dimension: fc.constantFrom<UsageDimension>('all', 'api', 'lora', 'combination'),
  from: day,
  to: day,
  engines: fc.option(fc.subarray<EngineId>([...engines]), { nil: undefined }),
  key: fc.option(fc.constantFrom('v2', '309', '309+310'), { nil: undefined }),
  groupBy: fc.constantFrom('day', 'engine', 'key', null),
});

function keysOf({ api, loras }: Made, dimension: UsageDimension): string[] {
  const keys = { all: [''], api: [api], lora: loras.map(String), combination: loras.length > 1 ? [loras.join('+')] : [] };
  return keys[dimension];
}

/** The same by looking at every generation. */
function expected({ mine, dimension, from, to, engines: only, key: wanted, groupBy }: Asked) {
  const groups = new Map<
    string,
    { generations: number; completed: number; images: number; credits: number; weight: number; time_buckets: number[] }
  >();
  for (const it of everything) {
    if ((mine && !it.ours) || it.day < from || it.day > to || (only && !only.includes(it.engine))) continue;
    for (const key of keysOf(it, dimension).filter((key) => wanted === undefined || key === wanted)) {
      const group = groupBy === null ? '' : { day: it.day, engine: it.engine, key }[groupBy];
      const sums = groups.get(group) ?? {
        generations: 0,
        completed: 0,
        images: 0,
        credits: 0,
        weight: 0,
        time_buckets: new Array<number>(timeBuckets).fill(0),
      };
      groups.set(group, sums);
      sums.generations += 1;
      if (dimension === 'lora') sums.weight += 0.5;
      if (!it.completed) continue;
      sums.completed += 1;
      sums.images += 2;
      sums.credits += 0.25;
      sums.time_buckets[timeBucket(it.timeMs)]! += 1;
    }
  }
  const rows = [...groups].map(([group, sums]) => ({ group, ...sums }));
  const byName = (a: { group: string }, b: { group: string }) => (a.group < b.group ? -1 : 1);
  return rows.sort((a, b) => (groupBy === 'day' ? 0 : b.generations - a.generations) || byName(a, b));
}

it('sums up exactly what looking at every generation sums up, whatever months the days cover', async () => {
  const check = fc.asyncProperty(asked, async ({ mine, groupBy, ...query }) => {
    const rows = await sumUsage(db, { userId: mine ? userId : everybody, ...query }, { groupBy, limit: 1_000 });
    expect(rows).toEqual(expected({ mine, groupBy, ...query }));
  });
  await fc.assert(check, { numRuns: 200 });
}, 30_000);

it('has the same months from the migration, which sums up what was counted before there were any', async () => {
  const months = async () => {
    const { rows } = await sql`
      select user_id, dimension, month::text, engine, key, generations, completed, images, credits::float8, weight, time_buckets
      from usage_months order by user_id, dimension, month, engine, key`.execute(db);
    return rows;
  };
  const counted = await months();
  expect(counted.length).toBeGreaterThan(100);
  await sql`drop table usage_months`.execute(db);
  await sumMonths(db as unknown as Kysely<unknown>);
  expect(await months()).toEqual(counted);
});
