import { join } from 'node:path';
import { freePort } from '@imagegen/embedded/free-port';
import { isHttpAnswering } from '@imagegen/embedded/http-probe';
import { startSupervisedProcess } from '@imagegen/embedded/supervised-process';
import { startSystem } from '@imagegen/embedded/system';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import type { Request } from 'autocannon';
import { Client } from 'pg';
import { isolatedEnv } from '../isolated-env.ts';
import { profiledEnv } from '../measure/cpu-profile.ts';
import { rootDir } from '../root-dir.ts';
import { generateRequests } from './requests.ts';

export type ServerName = 'gateway' | 'insert' | 'echo';

export type MeasuredServer = {
  readonly name: ServerName;
  readonly url: string;
  readonly process: { readonly pid: number | undefined };
  readonly requests: readonly Request[];
};

export type Servers = AsyncDisposable & {
  /** In the order in which they take turns. */
  readonly measured: readonly MeasuredServer[];
  /** All that run for this bench, by name; `gateway`, `insert`, `echo` and `postgres` are among them. */
  readonly processes: Readonly<Record<string, { readonly pid: number | undefined }>>;
  /** As the server says; what is measured without it would flatter whoever commits more often. */
  readonly fsync: string;
  readonly answerBytes: number;
};

/** Connections to Postgres of each server: the gateway's default. */
export const poolSize = 16;
const path = '/api:v2/smart/generate';
/** Enough that 128 connections do not repeat themselves at once. */
const differentRequests = 3_072;

/**
 * The gateway without any provider service, so that nothing but accepting happens, and the two baselines, each in a process of its own,
 * on one Postgres. What the gateway rings for stays in the stream.
 */
export async function startServers(profileDir: string | null): Promise<Servers> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await temporaryFolder());
  const system = undo.use(
    await startSystem({
      rootDir,
      dataDir: folder.path,
      only: ['gateway'],
      env: { ...isolatedEnv, NODE_ENV: 'development', LOG_LEVEL: 'warn', DATABASE_POOL_SIZE: String(poolSize) },
      envFor: { gateway: profiledEnv(profileDir, 'gateway') },
    }),
  );
  const answerBytes = await sizeOfAnswer(system.urls.gateway);
  const { databaseUrl, fsync } = await createBaselineDatabase(system.urls.database);

  async function startBaseline(name: 'insert' | 'echo'): Promise<MeasuredServer> {
    const port = await freePort();
    const env = { PATH: process.env.PATH, PORT: String(port), DATABASE_URL: databaseUrl, DATABASE_POOL_SIZE: String(poolSize) };
    const server = undo.use(
      startSupervisedProcess({
        name,
        command: [process.execPath, `bench/src/baselines/${name}.ts`],
        cwd: rootDir,
        env: { ...env, ANSWER_BYTES: String(answerBytes), NODE_ENV: 'production' },
        logFile: join(folder.path, `${name}.log`),
        isReady: () => isHttpAnswering(`http://127.0.0.1:${port}/healthz`),
      }),
    );
    await server.ready();
    return { name, url: `http://127.0.0.1:${port}`, process: server, requests: generateRequests('/', differentRequests) };
  }

  const gateway: MeasuredServer = {
    name: 'gateway',
    url: system.urls.gateway,
    process: system.processes.gateway!,
    requests: generateRequests(path, differentRequests),
  };
  const measured = [gateway, await startBaseline('insert'), await startBaseline('echo')];
  const running = undo.move();
  const processes = { ...system.processes, ...Object.fromEntries(measured.map((server) => [server.name, server.process])) };
  return { measured, processes, fsync, answerBytes, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Of the usual request; also shows, before anything is measured, that the gateway accepts it. */
async function sizeOfAnswer(gatewayUrl: string): Promise<number> {
  const sizes: number[] = [];
  for (const { headers, body } of generateRequests(path, 9)) {
    const response = await fetch(`${gatewayUrl}${path}`, { method: 'POST', headers, body });
    const answer = await response.text();
    if (response.status !== 202) throw new Error(`the gateway answered ${response.status}: ${answer}`);
    sizes.push(Buffer.byteLength(answer));
  }
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / sizes.length);
}

async function createBaselineDatabase(serverUrl: string): Promise<{ databaseUrl: string; fsync: string }> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query('create database baseline');
    const { rows } = await client.query<{ fsync: string }>('show fsync');
    return { databaseUrl: Object.assign(new URL(serverUrl), { pathname: '/baseline' }).href, fsync: rows[0]?.fsync ?? 'unknown' };
  } finally {
    await client.end();
  }
}
