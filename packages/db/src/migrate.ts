import { Migrator } from 'kysely/migration';
import { awaitDatabase } from './await-database.ts';
import { migrations } from './migrations/index.ts';
import type { Database } from './open-database.ts';

/**
 * Brings the schema up to date, once the server is there. Safe to call from every process at start: Kysely's migrator holds an advisory lock
 * meanwhile.
 */
export async function migrate(db: Database): Promise<void> {
  await awaitDatabase(db);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
