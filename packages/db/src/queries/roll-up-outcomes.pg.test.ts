import { everybody } from '@imagegen/core/insight/roll-up';
import { percentileMs } from '@imagegen/core/insight/time-buckets';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aClaimedGeneration, aGeneration, aUser } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { finishGeneration, type GenerationEnd } from './finish-generation.ts';
import { listPairs } from './lora-pairs.ts';
import { listLoras } from './loras.ts';
import { markFavorite } from './mark-generation.ts';
import { rollUpOutcomes } from './roll-up-outcomes.ts';
import { sumUsage } from './usage.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
beforeEach(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  userId = await aUser(db);
});
afterEach(() => database[Symbol.asyncDispose]());

const image = { sha256: 'b'.repeat(64), content_type: 'image/jpeg', width: 64, height: 64, bytes: 5, seed: 42, placeholder: 'p' };
const success: GenerationEnd = { status: 'completed', images: [image], creditsUsed: 0.02, adjustments: [] };
const failure: GenerationEnd = { status: 'failed', error: { code: 'PROVIDER_ERROR', message: 'no' } };
const days = { from: '2000-01-01', to: '2100-01-01' };
const pair = [
  { id: 309, weight: 1 },
  { id: 310, weight: 0.5 },
];

async function ended(
  end: GenerationEnd,
  settings: Partial<ReturnType<typeof aGeneration>['settings']> = {},
  owner = userId,
): Promise<string> {
  const base = aGeneration(owner);
  const claimed = await aClaimedGeneration(db, owner, { settings: { ...base.settings, ...settings } });
  await finishGeneration(db, { generationId: claimed.generation_id, epoch: claimed.lease_epoch }, end, 's');
  return claimed.generation_id;
}

it('counts what ended once, for its owner and for everybody, however many count at a time', async () => {
  const other = await aUser(db, 'test:other');
  for (let index = 0; index < 6; index += 1) await ended(index % 3 ? success : failure);
  await ended(success, {}, other);
  await ended(success, { track_usage: false });
  const taken = await Promise.all(Array.from({ length: 6 }, () => rollUpOutcomes(db, 3)));
  taken.push(await rollUpOutcomes(db, 100), await rollUpOutcomes(db, 100));
  expect(taken.reduce((sum, count) => sum + count, 0)).toBe(8);
  const [mine] = await sumUsage(db, { userId, dimension: 'all', ...days }, { groupBy: null, limit: 10 });
  expect(mine).toMatchObject({ generations: 6, completed: 4, images: 4, credits: 0.08 });
  expect(percentileMs(mine!.time_buckets, 0.5)).not.toBeNull();
  const [all] = await sumUsage(db, { userId: everybody, dimension: 'all', ...days }, { groupBy: null, limit: 10 });
  expect(all).toMatchObject({ generations: 7, completed: 5 });
  expect(await sumUsage(db, { userId, dimension: 'all', ...days, engines: ['openai'] }, { groupBy: 'engine', limit: 10 })).toEqual([]);
  expect(await sumUsage(db, { userId, dimension: 'all', from: '2000-01-01', to: '2000-12-31' }, { groupBy: 'day', limit: 10 })).toEqual([]);
});

it('counts LoRAs and learns from pairs, favourites included', async () => {
  const id = await ended(success, { loras: pair });
  await ended(failure, { loras: pair });
  await ended(success, { loras: [pair[0]!] });
  await rollUpOutcomes(db, 100);
  expect(await listPairs(db, [309])).toEqual([{ lora_id_1: 309, lora_id_2: 310, score: 0.667, tested: 2, success_rate: 0.5, notes: '' }]);
  await markFavorite(db, { userId, generationId: id, favorite: true });
  await markFavorite(db, { userId, generationId: id, favorite: true });
  await rollUpOutcomes(db, 100);
  expect(await listPairs(db, [310])).toMatchObject([{ score: 0.75, tested: 2 }]);
  await markFavorite(db, { userId, generationId: id, favorite: undefined });
  await rollUpOutcomes(db, 100);
  expect(await listPairs(db, [310])).toMatchObject([{ score: 0.667 }]);
  expect(await listPairs(db, [311])).toEqual([]);

  const combinations = await sumUsage(db, { userId, dimension: 'combination', ...days }, { groupBy: 'key', limit: 10 });
  expect(combinations).toMatchObject([{ group: '309+310', generations: 2, completed: 1 }]);
  const loras = new Map((await listLoras(db)).map((lora) => [lora.id, lora]));
  expect(loras.get(309)).toMatchObject({ usageCount: 3, averageWeight: 1 });
  expect(loras.get(310)).toMatchObject({ usageCount: 2, averageWeight: 0.5 });
  expect(loras.get(311)).toMatchObject({ usageCount: 0, averageWeight: 1 });
});

it('learns nothing about a LoRA that is gone, and counts the rest all the same', async () => {
  await ended(success, {
    loras: [
      { id: 309, weight: 1 },
      { id: 999_999, weight: 1 },
    ],
  });
  expect(await rollUpOutcomes(db, 100)).toBe(1);
  expect(await listPairs(db, [309])).toEqual([]);
});

it('keeps what could not be counted for the next round', async () => {
  await ended(success);
  await sql`alter table usage_rollups rename to away`.execute(db);
  await expect(rollUpOutcomes(db, 100)).rejects.toThrow('usage_rollups');
  await sql`alter table away rename to usage_rollups`.execute(db);
  expect(await rollUpOutcomes(db, 100)).toBe(1);
});
