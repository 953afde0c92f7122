import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aClaimedGeneration, aGeneration, aUser } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations } from './accept-generations.ts';
import { countCalls, countOpenGenerations, uncountCall } from './limits.ts';

let database: MigratedDatabase;
let db: Database;
let userId = 0;
beforeAll(async () => {
  database = await createMigratedDatabase(20);
  db = database.db;
});
beforeEach(() => {
  userId += 1;
});
afterAll(() => database[Symbol.asyncDispose]());

async function grant(calls: number, most = 10): Promise<number> {
  const [counted] = await countCalls(db, [{ userId, bucket: 'write', calls, most }]);
  return counted?.granted ?? -1;
}

/** What waiting would do: the counted windows lie further back. */
async function windowsPass(windows: number): Promise<void> {
  await sql`update rate_limits set window_number = window_number - ${windows} where user_id = ${userId}`.execute(db);
}

test('as many calls are admitted as fit, and refused ones count for nothing', async () => {
  expect([await grant(4), await grant(4), await grant(4), await grant(4)]).toEqual([4, 4, 2, 0]);
  const stored = await db.selectFrom('rate_limits').select('calls').where('user_id', '=', userId).executeTakeFirst();
  expect(stored).toEqual({ calls: 10 });
});

test('more than everything is cut to everything, also at the first sight of a user', async () => {
  expect(await grant(500)).toBe(10);
});

test('hundreds of statements at once admit exactly the limit', async () => {
  const grants = await Promise.all(Array.from({ length: 300 }, () => grant(1, 100)));
  expect(grants.reduce((sum, granted) => sum + granted, 0)).toBe(100);
});

test('many users and both buckets are counted in one statement, each for itself', async () => {
  const asked = [userId, userId + 1, userId + 2].flatMap((id) =>
    ['read', 'write'].map((bucket) => ({ userId: id, bucket, calls: 3, most: 2 })),
  );
  const counted = await countCalls(db, asked);
  expect(counted).toHaveLength(6);
  expect(counted.every(({ granted, calls, earlier_calls }) => granted === 2 && calls === 2 && earlier_calls === 0)).toBe(true);
  userId += 2;
});

test('statements that name the same users in other orders do not block each other for ever', async () => {
  const ids = Array.from({ length: 20 }, (_, index) => userId + index);
  userId += 20;
  const ask = (order: number[]) =>
    countCalls(
      db,
      order.map((id) => ({ userId: id, bucket: 'write', calls: 1, most: 1_000 })),
    );
  const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => ask(index % 2 ? ids : ids.toReversed())));
  expect(Math.max(...answers.flat().map(({ calls }) => calls))).toBe(40);
});

test('the window before weighs with the part of it that is still within the minute', async () => {
  await grant(10);
  await windowsPass(1);
  const [counted] = await countCalls(db, [{ userId, bucket: 'write', calls: 10, most: 10 }]);
  expect(counted).toMatchObject({ earlier_calls: 10 });
  expect(counted?.granted).toBe(Math.floor(10 - 10 * (1 - (counted?.elapsed ?? 0))));
  expect(counted?.elapsed).toBeGreaterThanOrEqual(0);
  expect(counted?.elapsed).toBeLessThan(1);
});

test('after two windows everything is forgotten', async () => {
  await grant(10);
  await windowsPass(2);
  expect(await grant(20)).toBe(10);
});

test('a clock that jumps back opens nothing', async () => {
  await grant(10);
  await windowsPass(-1);
  expect(await grant(1)).toBe(0);
});

test('a call taken back makes room for one', async () => {
  await grant(10);
  await uncountCall(db, { userId, bucket: 'write' });
  expect(await grant(5)).toBe(1);
});

test('a fresh limit counts at once', async () => {
  await grant(10);
  expect(await grant(5, 12)).toBe(2);
  expect(await grant(5, 3)).toBe(0);
});

test('open generations are counted up to the cap, terminal ones never', async () => {
  const [busy, idle] = [await aUser(db, 'test:busy'), await aUser(db, 'test:idle')];
  await acceptGenerations(
    db,
    Array.from({ length: 7 }, () => aGeneration(busy)),
  );
  await aClaimedGeneration(db, busy);
  expect(await countOpenGenerations(db, [busy, idle], 100)).toEqual(
    new Map([
      [busy, 8],
      [idle, 0],
    ]),
  );
  expect((await countOpenGenerations(db, [busy], 5)).get(busy)).toBe(5);
  await sql`update generation_history_v2 set status = 'failed', completed_at = now() where user_id = ${busy}`.execute(db);
  expect((await countOpenGenerations(db, [busy], 5)).get(busy)).toBe(0);
});
