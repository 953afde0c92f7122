import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readFileIfExists, writePrivateFile } from './secret-file.ts';
import { canEnter, isRoot, nobody, type SystemUser } from './unprivileged-user.ts';

/**
 * Where the cluster of one data folder is and who runs it.
 * `home` is `<dataDir>/postgres`: password, log and either `cluster` itself or `LOCATION`, a file with the path of the folder that
 * holds `cluster`.
 */
export type PostgresPlace = { home: string; cluster: string; user: SystemUser | undefined };

/**
 * Postgres refuses to be root, so root starts it as `nobody`, or as the user who made the cluster. When `nobody` cannot pass through the
 * parents of `home`, the cluster is kept under /var/tmp: the parents belong to the user, their modes are not ours to change.
 */
export async function choosePostgresPlace(home: string): Promise<PostgresPlace> {
  const location = await readFileIfExists(join(home, 'LOCATION'));
  const holder = location?.trim() ?? home;
  const cluster = join(holder, 'cluster');
  const existing = await stat(cluster).catch(() => undefined);
  if (location && !existing) throw new Error(`The database of ${home} was kept in ${holder}, which is gone: remove ${home} to start anew`);

  if (!isRoot()) {
    if (existing && existing.uid !== process.getuid?.())
      throw new Error(`${cluster} belongs to user ${existing.uid}: choose another DATA_DIR`);
    return { home, cluster, user: undefined };
  }
  const user = existing && existing.uid !== 0 ? { uid: existing.uid, gid: existing.gid } : nobody;
  if (!location) await chmod(home, 0o711);
  if (location || canEnter(user, home)) return { home, cluster, user };
  if (existing) throw new Error(`User ${user.uid}, who runs the database in ${cluster}, cannot reach it: make its parent folders passable`);
  return { home, cluster: join(await createPlaceOutside(home), 'cluster'), user };
}

/** The name follows from path and inode of `home`: a folder that was moved away keeps its place when another takes its path. */
async function createPlaceOutside(home: string): Promise<string> {
  const { ino } = await stat(home);
  const name = createHash('sha256').update(`${home}\0${ino}`).digest('hex').slice(0, 16);
  const place = `/var/tmp/imagegen-${name}`;
  const earlier = await lstat(place).catch(() => undefined);
  if (earlier && (!earlier.isDirectory() || earlier.uid !== 0)) throw new Error(`${place} does not belong to root: remove it`);
  if (earlier) await rm(place, { recursive: true, maxRetries: 5 });
  await mkdir(place);
  await chmod(place, 0o711);
  return place;
}

/** Called once the cluster exists: from now on this data folder means that cluster. */
export async function rememberPlace({ home, cluster }: PostgresPlace): Promise<void> {
  const holder = join(cluster, '..');
  if (holder !== home) await writePrivateFile(join(home, 'LOCATION'), `${holder}\n`);
}

/** Removes the cluster with its password and log. */
export async function removePlace({ home, cluster }: PostgresPlace): Promise<void> {
  for (const folder of [join(cluster, '..'), home]) await rm(folder, { recursive: true, force: true });
}
