import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { endProcesses } from './end-processes.ts';
import { lockFolder } from './folder-lock.ts';
import { freePort } from './free-port.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { ensureCluster, postgresEnvironment, superuser } from './postgres-cluster.ts';
import { choosePostgresPlace, removePlace } from './postgres-place.ts';
import { type SupervisedProcess, startSupervisedProcess } from './supervised-process.ts';

type PostgresOptions = {
  dataDir: string;
  /** 0 or absent: a free one. */
  port?: number;
  /** Log file, appended to. Default `<dataDir>/postgres/server.log`. */
  log?: string;
  /** False: a throw-away database, nothing is synced to disk and the cluster is removed when disposed. Default true. */
  durable?: boolean;
};

export type RunningPostgres = AsyncDisposable & {
  /** Of the superuser, password included, good across restarts. */
  readonly url: string;
  readonly port: number;
  readonly process: SupervisedProcess;
};

const serverSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  max_wal_size: '512MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
};

const throwAwaySettings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * Starts the Postgres 18 that npm brought on `<dataDir>/postgres`, made at the first start, and keeps it running until disposed.
 * Only 127.0.0.1 with a password reaches it. A server left by an owner that was killed is stopped first; a second living owner of the
 * same folder is refused.
 */
export async function startPostgres({ dataDir, port: wantedPort, log, durable = true }: PostgresOptions): Promise<RunningPostgres> {
  const home = join(resolve(dataDir), 'postgres');
  await mkdir(home, { recursive: true });
  await using undo = new AsyncDisposableStack();
  const lock = undo.use(await lockFolder(home));
  if (!lock) throw new Error(`The database in ${home} is in use by another running system`);

  const place = await choosePostgresPlace(await realpath(home));
  const binaries = await findPostgresBinaries(place.user);
  if (!durable) undo.defer(() => removePlace(place));
  const password = await ensureCluster(place, binaries, durable);
  const port = wantedPort || (await freePort());
  const settings = { port, cluster_name: clusterName(place.cluster), ...serverSettings, ...(durable ? {} : throwAwaySettings) };
  const process = undo.use(
    startSupervisedProcess({
      name: 'postgres',
      command: [binaries.postgres, '-D', place.cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      cwd: '/',
      env: postgresEnvironment,
      logFile: log ?? join(home, 'server.log'),
      user: place.user,
      prepare: () => endLeftoverServer(place.cluster),
      isReady: (pid) => isAccepting(place.cluster, pid),
      // Fast: ends the sessions and writes a checkpoint. As an orphan, immediate: the log is on disk, the next start replays it.
      stopSignal: 'SIGINT',
      stopLimitMs: 30_000,
      orphanSignal: 'SIGQUIT',
    }),
  );
  await process.ready();
  const running = undo.move();
  return {
    url: `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`,
    port,
    process,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Appears in the titles of all processes of the server, so that they are told from those of other clusters. */
function clusterName(cluster: string): string {
  return `imagegen-${createHash('sha256').update(cluster).digest('hex').slice(0, 16)}`;
}

/**
 * Ends what runs on this cluster, whoever started it. Backends outlive a killed postmaster for a moment and block the next one, so they
 * count too. Then nothing can own postmaster.pid; Postgres would believe a stale one whose number now belongs to somebody else.
 */
async function endLeftoverServer(cluster: string): Promise<void> {
  const title = `postgres: ${clusterName(cluster)}: `;
  const isPostmaster = ([program = '', ...rest]: string[]) => basename(program) === 'postgres' && rest[0] === '-D' && rest[1] === cluster;
  const isBackend = ([program = '']: string[]) => program.startsWith(title);
  await endProcesses(isPostmaster, { signal: 'SIGINT', limitMs: 10_000 });
  await endProcesses(isBackend, { signal: 'SIGQUIT', limitMs: 2_000 });
  await rm(join(cluster, 'postmaster.pid'), { force: true });
}

/** The first line of postmaster.pid is the pid, the eighth the state that `pg_ctl -w` waits for. */
async function isAccepting(cluster: string, pid: number): Promise<boolean> {
  const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
}
