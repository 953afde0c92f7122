import { createTestDatabase } from '@imagegen/embedded/testing';
import { migrate } from './migrate.ts';
import { type Database, openDatabase } from './open-database.ts';

export type MigratedDatabase = AsyncDisposable & { readonly db: Database; readonly url: string };

/** For tests: a database of its own with today's schema, in about 100 ms. Disposing drops it. */
export async function createMigratedDatabase(poolSize = 10): Promise<MigratedDatabase> {
  await using undo = new AsyncDisposableStack();
  const { url } = undo.use(await createTestDatabase());
  const db = openDatabase({ url, poolSize, applicationName: 'test', onIdleError: () => undefined });
  undo.defer(() => db.destroy());
  await migrate(db);
  const opened = undo.move();
  return { db, url, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
