import { closeSync, openSync } from 'node:fs';
import { access, chown, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startGuardedChild } from './guarded-child.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { type PostgresPlace, rememberPlace } from './postgres-place.ts';
import { createSecretFile, readFileIfExists } from './secret-file.ts';

export const superuser = 'imagegen';

/** UTF-8 with collation and character classes that are the same on every machine: the builtin provider of Postgres ≥ 17. */
const initdbOptions = [
  `--username=${superuser}`,
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--auth=scram-sha-256',
  '--pwfile=/dev/stdin',
];

/** Environment of the Postgres programs: none of the caller's PG* variables. */
export const postgresEnvironment = { PATH: process.env.PATH, LC_ALL: 'C' };

/**
 * Makes the cluster unless it exists, and returns the superuser's password.
 * Invariant: a folder named `cluster` is complete; initdb works in `cluster.new`, which an earlier failure may have left.
 */
export async function ensureCluster(place: PostgresPlace, binaries: PostgresBinaries, durable: boolean): Promise<string> {
  const passwordFile = join(place.home, 'password');
  if (await exists(place.cluster)) {
    const password = await readFileIfExists(passwordFile);
    if (password === undefined) throw new Error(`${passwordFile} is gone, without it the database beside it cannot be opened`);
    return password;
  }
  const password = await createSecretFile(passwordFile);
  const unfinished = `${place.cluster}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  if (place.user) await chown(unfinished, place.user.uid, place.user.gid);
  await runInitdb([binaries.initdb, '-D', unfinished, ...initdbOptions, ...(durable ? [] : ['--no-sync'])], place, password);
  await rename(unfinished, place.cluster);
  await rememberPlace(place);
  return password;
}

async function runInitdb(command: readonly string[], { home, user }: PostgresPlace, password: string): Promise<void> {
  const logFile = join(home, 'initdb.log');
  const log = openSync(logFile, 'w', 0o600);
  try {
    // The password goes through a pipe: in an argument or a file every user, or the wrong one, could read it.
    const feed = ['/bin/sh', '-c', 'printf "%s\\n" "$IMAGEGEN_PASSWORD" | "$@"', 'sh'];
    const env = { ...postgresEnvironment, IMAGEGEN_PASSWORD: password };
    const initdb = await startGuardedChild([...feed, ...command], { cwd: '/', env, output: log, user });
    const { code } = await initdb.exited;
    if (code !== 0)
      throw new Error(`initdb exited with code ${code} (DATABASE_URL names another Postgres):\n${await readFile(logFile, 'utf8')}`);
  } finally {
    closeSync(log);
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
