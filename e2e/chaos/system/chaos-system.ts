import { join, resolve } from 'node:path';
import { freePort } from '@imagegen/embedded/free-port';
import { startNats } from '@imagegen/embedded/nats';
import { startPostgres } from '@imagegen/embedded/postgres';
import { type System, startSystem } from '@imagegen/embedded/system';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { findPeer } from './peer-process.ts';
import { readVersions } from './read-versions.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

type SupervisedProcess = System['processes'][string];

const rootDir = resolve(import.meta.dirname, '../../..');
export const halves = ['a', 'b'] as const;
export const appNames = ['gateway', 'fal', 'replicate', 'openai'] as const;
export const workerNames = ['fal', 'replicate', 'openai'] as const;

/** Two of everything that may be replicated, on one Postgres, one NATS, one simulator and one vault; every connection passes a proxy. */
export type ChaosSystem = AsyncDisposable & {
  /** One per gateway, through its proxy. */
  readonly doors: readonly string[];
  /** The following are not proxied: for the harness itself. */
  readonly gatewayUrls: readonly string[];
  /** Of the servers beneath. */
  readonly versions: string;
  readonly databaseUrl: string;
  readonly simulatorUrl: string;
  readonly dataDir: string;
  readonly vaultDir: string;
  readonly ledgerFile: string;
  /** `gateway-a`, `fal-b`, …, `simulator`, `postgres`, `nats`. */
  processNames(): string[];
  processOf(name: string): SupervisedProcess;
  /** `gateway-a-postgres`, `fal-b-nats`, …, `simulator`, `door-a`, `webhooks`. */
  readonly links: Readonly<Record<string, TcpProxy>>;
  /** Kills the process at the other end of a connection; its name, or undefined when it is gone already. */
  killPeer(clientPort: number): string | undefined;
  /** Ends NATS, has something done to the folder of all it had stored, and starts it again. */
  replaceNats(change: (storeDir: string) => Promise<void>): Promise<void>;
};

/** `envFor`: for single processes by their names, such as `fal-a`. */
export async function startChaosSystem(
  env: NodeJS.ProcessEnv = {},
  envFor: Readonly<Record<string, NodeJS.ProcessEnv>> = {},
): Promise<ChaosSystem> {
  await using undo = new AsyncDisposableStack();
  const dataDir = undo.use(await temporaryFolder()).path;
  const vaultDir = join(dataDir, 'vault');
  const ledgerFile = join(dataDir, 'simulator-ledger.ndjson');
  const natsPort = await freePort();
  const [postgres, firstNats] = await Promise.all([startPostgres({ dataDir }), startNats({ dataDir, port: natsPort })]);
  let nats = firstNats;
  undo.use(postgres);
  undo.defer(() => nats[Symbol.asyncDispose]());

  const links: Record<string, TcpProxy> = {};
  const link = async (name: string, ...ports: number[]) => {
    const proxy = undo.use(await startTcpProxy());
    proxy.target(...ports);
    links[name] = proxy;
    return proxy;
  };
  const common = { NODE_ENV: 'development', LOG_LEVEL: 'info', DATABASE_URL: postgres.url, NATS_URL: nats.url, ...withoutKeys, ...env };

  const toSimulator = await link('simulator');
  const publicUrl = `http://127.0.0.1:${toSimulator.port}`;
  const simulation = undo.use(
    await startSystem({
      rootDir,
      dataDir: join(dataDir, 'simulator'),
      only: ['simulator'],
      env: { ...common, SIMULATOR_URL: undefined, SIMULATOR_PUBLIC_URL: publicUrl, SIMULATOR_LEDGER_FILE: ledgerFile },
    }),
  );
  toSimulator.target(portOf(simulation.urls.simulator ?? ''));
  const webhooks = await link('webhooks');

  const systems = await Promise.all(
    halves.map(async (half) => {
      const door = await link(`door-${half}`);
      const envOf = async (app: string) => ({
        DATABASE_URL: withPort(postgres.url, (await link(`${app}-${half}-postgres`, postgres.port)).port),
        NATS_URL: withPort(nats.url, (await link(`${app}-${half}-nats`, natsPort)).port),
        ...envFor[`${app}-${half}`],
      });
      const system = await startSystem({
        rootDir,
        dataDir: join(dataDir, half),
        only: appNames,
        env: {
          ...common,
          VAULT_DIR: vaultDir,
          SIMULATOR_URL: publicUrl,
          PUBLIC_BASE_URL: `http://127.0.0.1:${door.port}`,
          PROVIDER_WEBHOOK_BASE_URL: `http://127.0.0.1:${webhooks.port}`,
        },
        envFor: {
          gateway: await envOf('gateway'),
          fal: await envOf('fal'),
          replicate: await envOf('replicate'),
          openai: await envOf('openai'),
        },
      });
      door.target(portOf(system.urls.gateway));
      return { half, door, system: undo.use(system) };
    }),
  );
  webhooks.target(...systems.map(({ system }) => portOf(system.urls.gateway)));

  const apps = new Map<string, SupervisedProcess>(
    systems.flatMap(({ half, system }) => Object.values(system.processes).map((each) => [`${each.name}-${half}`, each] as const)),
  );
  apps.set('simulator', simulation.processes.simulator as SupervisedProcess);
  apps.set('postgres', postgres.process);
  const processOf = (name: string) => {
    const found = name === 'nats' ? nats.process : apps.get(name);
    if (!found) throw new Error(`There is no process "${name}"`);
    return found;
  };
  const versions = await readVersions({ databaseUrl: postgres.url, natsPort });
  const running = undo.move();
  return {
    doors: systems.map(({ door }) => `http://127.0.0.1:${door.port}`),
    gatewayUrls: systems.map(({ system }) => system.urls.gateway),
    versions,
    databaseUrl: postgres.url,
    simulatorUrl: simulation.urls.simulator ?? '',
    dataDir,
    vaultDir,
    ledgerFile,
    processNames: () => [...apps.keys(), 'nats'],
    processOf,
    links,
    killPeer(clientPort) {
      const pids = [...apps.values()].flatMap(({ pid }) => pid ?? []);
      const pid = findPeer(clientPort, pids);
      const victim = pid === undefined ? undefined : [...apps].find(([, each]) => each.pid === pid);
      victim?.[1].kill('SIGKILL');
      return victim?.[0];
    },
    async replaceNats(change) {
      await nats[Symbol.asyncDispose]();
      await change(join(dataDir, 'nats', 'jetstream'));
      nats = await startNats({ dataDir, port: natsPort });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Roomy limits: they are the subject of other tests, and clients here repeat themselves a lot. */
const withoutKeys: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    ['FAL_KEY', 'REPLICATE_API_TOKEN', 'OPENAI_API_KEY'].flatMap((name) => [
      [name, undefined],
      [`${name}_FILE`, undefined],
    ]),
  ),
  SIMULATOR_LATENCY_MS: '200-1500',
  CREDITS: 'metered',
  RATE_LIMIT_WRITES_PER_MINUTE: '100000',
  RATE_LIMIT_READS_PER_MINUTE: '1000000',
  RATE_LIMIT_PER_IP_PER_MINUTE: '1000000',
};

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function withPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}
