import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import type { Database } from '../open-database.ts';
import { deleteOutbox, insertOutbox, lockStaleOutbox, outboxAgeSeconds } from './outbox.ts';

let database: MigratedDatabase;
let db: Database;
beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
});
beforeEach(() => sql`truncate outbox`.execute(db));
afterAll(() => database[Symbol.asyncDispose]());

const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ subject: `s.${index}`, payload: { v: 1, index } }));
const age = () => sql`update outbox set created_at = now() - interval '10 s'`.execute(db);

test('rows are handed out oldest first once they are stale, and what is deleted is gone', async () => {
  await insertOutbox(db, rows(5));
  expect(await lockStaleOutbox(db, 1_000, 10)).toEqual([]);
  await age();
  const stale = await lockStaleOutbox(db, 1_000, 3);
  expect(stale.map(({ subject, payload }) => ({ subject, payload }))).toEqual(rows(3));
  await deleteOutbox(
    db,
    stale.map(({ id }) => id),
  );
  expect((await lockStaleOutbox(db, 1_000, 10)).map(({ subject }) => subject)).toEqual(['s.3', 's.4']);
});

test('two relays never hold the same row, and a relay that dies gives its rows back', async () => {
  await insertOutbox(db, rows(4));
  await age();
  const dies = db.transaction().execute(async (first) => {
    const mine = await lockStaleOutbox(first, 1_000, 2);
    expect(mine.map(({ subject }) => subject)).toEqual(['s.0', 's.1']);
    await db.transaction().execute(async (second) => {
      const others = await lockStaleOutbox(second, 1_000, 10);
      expect(others.map(({ subject }) => subject)).toEqual(['s.2', 's.3']);
    });
    await deleteOutbox(first, [mine[0]!.id]);
    throw new Error('killed');
  });
  await expect(dies).rejects.toThrow('killed');
  expect(await lockStaleOutbox(db, 1_000, 10)).toHaveLength(4);
});

test('a row of a slow transaction is not overtaken for ever', async () => {
  await db.transaction().execute(async (slow) => {
    await insertOutbox(slow, rows(1));
    await insertOutbox(db, [{ subject: 'fast', payload: {} }]);
    await age();
    const seen = await lockStaleOutbox(db, 1_000, 10);
    expect(seen.map(({ subject }) => subject)).toEqual(['fast']);
    await deleteOutbox(
      db,
      seen.map(({ id }) => id),
    );
  });
  await age();
  expect((await lockStaleOutbox(db, 1_000, 10)).map(({ subject }) => subject)).toEqual(['s.0']);
});

test('the age is that of the oldest row, 0 when all is delivered', async () => {
  expect(await outboxAgeSeconds(db)).toBe(0);
  await insertOutbox(db, rows(2));
  await age();
  await insertOutbox(db, rows(1));
  expect(await outboxAgeSeconds(db)).toBeCloseTo(10, 0);
});

test('nothing to insert or delete is not a statement', async () => {
  await insertOutbox(db, []);
  await deleteOutbox(db, []);
  expect(await outboxAgeSeconds(db)).toBe(0);
});
