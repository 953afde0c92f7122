import { createTestDatabase } from '@imagegen/embedded/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from './open-database.ts';

test('a connection that breaks in the hands of its user fails the next query, and the process goes on', async () => {
  await using database = await createTestDatabase();
  const db = openDatabase({ url: database.url, applicationName: 'test', onIdleError: () => undefined });
  await db.connection().execute(async (held) => {
    await sql`select 1`.execute(held);
    await database.drop();
    // Round trips elsewhere: by then the break has been heard of here, with no query under way.
    await using _ = await createTestDatabase();
    await expect(sql`select 1`.execute(held)).rejects.toThrow(/connection/);
  });
  await db.destroy();
});

test('a query that finds no free connection in time says so, and the pool goes on', async () => {
  await using database = await createTestDatabase();
  const db = openDatabase({ url: database.url, poolSize: 1, connectWithinMs: 50, applicationName: 'test', onIdleError: () => undefined });
  await db.connection().execute(async (held) => {
    await expect(sql`select 1`.execute(db)).rejects.toThrow('timeout exceeded when trying to connect');
    await sql`select 1`.execute(held);
  });
  await sql`select 1`.execute(db);
  await db.destroy();
});
