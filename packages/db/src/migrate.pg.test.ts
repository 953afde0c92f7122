import { createTestDatabase } from '@imagegen/embedded/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { migrate } from './migrate.ts';
import { createMigratedDatabase } from './migrated-database.ts';
import { migrations } from './migrations/index.ts';
import { openDatabase } from './open-database.ts';

test('every process may bring the schema up to date at the same moment', async () => {
  await using empty = await createTestDatabase();
  const open = () => openDatabase({ url: empty.url, poolSize: 1, applicationName: 'test', onIdleError: () => undefined });
  const databases = Array.from({ length: 8 }, open);
  try {
    await Promise.all(databases.map(migrate));
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(databases[0]!);
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(migrations));
  } finally {
    await Promise.all(databases.map((db) => db.destroy()));
  }
});

test('bringing it up to date again changes nothing', async () => {
  await using database = await createMigratedDatabase();
  await database.db.deleteFrom('lora_models').where('id', '=', 314).execute();
  await migrate(database.db);
  expect(await database.db.selectFrom('lora_models').select('id').orderBy('id').execute()).toHaveLength(5);
});

test('migrations are listed in the order in which they were written', () => {
  expect(Object.keys(migrations)).toEqual(Object.keys(migrations).toSorted());
});
