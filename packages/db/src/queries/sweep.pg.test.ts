import { engineIds } from '@imagegen/core/engines/engine';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aClaimedGeneration, aGeneration, aUser, expireLease } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations } from './accept-generations.ts';
import { releaseLease } from './claims.ts';
import { takeUnrung } from './sweep.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  userId = await aUser(db);
});
beforeEach(() => sql`truncate generation_history_v2 cascade`.execute(db));
afterAll(() => database[Symbol.asyncDispose]());

const quietMs = 10_000;

async function accept(count: number, rungSecondsAgo: number): Promise<string[]> {
  const generations = Array.from({ length: count }, () => aGeneration(userId));
  await acceptGenerations(db, generations);
  const ids = generations.map(({ generation_id }) => generation_id);
  await sql`update generation_history_v2 set rung_at = now() - make_interval(secs => ${rungSecondsAgo}) where generation_id = any(${ids})`.execute(
    db,
  );
  return ids;
}

async function unrung(): Promise<string[]> {
  return (await takeUnrung(db, { engines: engineIds, quietMs, limit: 100 })).map(({ generation_id }) => generation_id);
}

test('what has been quiet too long is taken once', async () => {
  const quiet = await accept(2, 11);
  await accept(1, 5);
  expect((await unrung()).toSorted()).toEqual(quiet.toSorted());
  expect(await unrung()).toEqual([]);
});

test('several sweepers share the quiet ones without doubles', async () => {
  const quiet = await accept(40, 11);
  const taken = await Promise.all(Array.from({ length: 8 }, () => takeUnrung(db, { engines: engineIds, quietMs, limit: 10 })));
  const ids = taken.flat().map(({ generation_id }) => generation_id);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids, ...(await unrung())].toSorted()).toEqual(quiet.toSorted());
});

test('what is held, delayed or past its deadline is not rung for', async () => {
  const [delayed, late] = await accept(2, 11);
  await sql`update generation_history_v2 set next_attempt_at = now() + interval '1 min' where generation_id = ${delayed}`.execute(db);
  await sql`update generation_history_v2 set deadline_at = now() where generation_id = ${late}`.execute(db);
  const held = await aClaimedGeneration(db, userId);
  await sql`update generation_history_v2 set rung_at = now() - interval '1 hour' where generation_id = ${held.generation_id}`.execute(db);
  expect(await unrung()).toEqual([]);
  await expireLease(db, held.generation_id);
  expect(await unrung()).toEqual([held.generation_id]);
});

test('what was given back is rung for at once when it is due', async () => {
  const { generation_id: generationId } = await aClaimedGeneration(db, userId);
  await releaseLease(db, { generationId, epoch: 1 }, { delayMs: 0, countsAsTry: false });
  expect(await unrung()).toEqual([generationId]);
});
