import { execFile } from 'node:child_process';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { expect, test } from 'vitest';
import { createMigratedDatabase } from '../migrated-database.ts';
import { migrations } from '../migrations/index.ts';

const packageFolder = join(import.meta.dirname, '../..');
const run = promisify(execFile);

test('writes a migration that is listed last and runs', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'src'));
  for (const name of ['bin', 'migrations']) await cp(join(packageFolder, 'src', name), join(folder.path, 'src', name), { recursive: true });
  await cp(join(packageFolder, 'package.json'), join(folder.path, 'package.json'));
  await symlink(join(packageFolder, 'node_modules'), join(folder.path, 'node_modules'));
  const script = join(folder.path, 'src/bin/new-migration.ts');

  const { stdout } = await run(process.execPath, [script, 'add-colour-names']);
  const [, name] = /migrations\/(\d{8}T\d{6}-add-colour-names)\.ts$/m.exec(stdout) ?? [];
  const index: { migrations: Record<string, Migration> } = await import(join(folder.path, 'src/migrations/index.ts'));
  expect(Object.keys(index.migrations)).toEqual([...Object.keys(migrations), name]);

  await using database = await createMigratedDatabase();
  await new Migrator({ db: database.db, provider: { getMigrations: async () => index.migrations } }).migrateToLatest();
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name desc limit 1`.execute(database.db);
  expect(rows).toEqual([{ name }]);
});

test.for([[], ['Add'], ['a b'], ['../x'], ['1st']])('refuses the name %j and says how', async (names) => {
  await expect(run(process.execPath, [join(packageFolder, 'src/bin/new-migration.ts'), ...names])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Usage: pnpm new:migration <name-in-kebab-case>'),
  });
});
