import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type AppLauncher, startApp } from './app-process.ts';
import { ownDataFolder } from './data-folder.ts';
import { isFreePort } from './free-port.ts';
import { recordSystem } from './running-system.ts';
import type { SupervisedProcess } from './supervised-process.ts';
import { type AppName, planApps } from './system-plan.ts';
import { startServices } from './system-services.ts';

export type SystemOptions = {
  /** Repository root. */
  rootDir: string;
  /** Everything the system keeps: databases, vault, logs. One system per folder. */
  dataDir: string;
  /** Of the first gateway; 0 or absent: a free one. */
  port?: number;
  /** Added to the environment of this process for all apps. `DATABASE_URL`, `NATS_URL` and `SIMULATOR_URL` replace the own servers. */
  env?: NodeJS.ProcessEnv;
  envFor?: Partial<Record<AppName, NodeJS.ProcessEnv>>;
  /** Default: the gateway and the three provider services. The simulator joins where a provider service has no key. */
  only?: readonly AppName[];
  /** Number of gateways, default 1: `gateway`, `gateway-2`, … */
  gateways?: number;
  entryOf?: AppLauncher['entryOf'];
  onLine?: AppLauncher['onLine'];
  onExit?: AppLauncher['onExit'];
};

export type System = AsyncDisposable & {
  /** `gateway` is the first of `gateways` (empty when none was asked for); `simulator` is undefined when none is needed. */
  readonly urls: { gateway: string; gateways: string[]; simulator: string | undefined; database: string; nats: string };
  /** By name: `gateway`, `gateway-2`, `fal`, …, and `postgres` and `nats` where they are this system's own. */
  readonly processes: Readonly<Record<string, SupervisedProcess>>;
};

/**
 * Starts the whole system as child processes and resolves when all of them answer: Postgres and NATS together, then all apps together.
 * What an owner that was killed left on this data folder is ended first. Rejects with one sentence when the folder or the port is taken,
 * or with the last words of a process that does not come up; nothing keeps running then. Disposing stops the apps, then what they use.
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await ownDataFolder(options.dataDir));
  if (options.port && !(await isFreePort(options.port)))
    throw new Error(`Port ${options.port} is in use by another program: choose another PORT`);

  const given: NodeJS.ProcessEnv = { ...process.env, ...options.env };
  const services = undo.use(await startServices({ dataDir: folder.path, env: given }));
  const plan = await planApps(options, given);
  const urlsOf = (name: AppName) => plan.filter(({ app }) => app === name).map(({ port }) => `http://127.0.0.1:${port}`);
  const gateways = urlsOf('gateway');
  const urls = {
    gateway: gateways[0] ?? '',
    gateways,
    simulator: urlsOf('simulator')[0] ?? given.SIMULATOR_URL,
    database: services.database,
    nats: services.nats,
  };

  const env: NodeJS.ProcessEnv = {
    NODE_ENV: 'development',
    PUBLIC_BASE_URL: urls.gateway,
    VAULT_DIR: join(folder.path, 'vault'),
    SIMULATOR_LEDGER_FILE: join(folder.path, 'simulator-ledger.ndjson'),
    ...given,
    ...webhookSecret(given),
    DATA_DIR: folder.path,
    DATABASE_URL: urls.database,
    NATS_URL: urls.nats,
    SIMULATOR_URL: urls.simulator,
  };
  const launcher: AppLauncher = {
    rootDir: options.rootDir,
    folders: folder,
    entryOf: options.entryOf ?? ((app) => `apps/${app}/src/main.ts`),
    envOf: (app) => ({ ...env, ...options.envFor?.[app] }),
    onLine: options.onLine,
    onExit: options.onExit,
  };
  const simulators = plan.filter(({ app }) => app === 'simulator').map((app) => startApp(launcher, app));
  undo.defer(() => stopAll(simulators));
  const clients = plan.filter(({ app }) => app !== 'simulator').map((app) => startApp(launcher, app));
  undo.defer(() => stopAll(clients));
  await Promise.all([...simulators, ...clients].map((app) => app.ready()));
  if (urls.gateway) undo.use(await recordSystem(folder.path, urls.gateway));

  const running = undo.move();
  const processes = Object.fromEntries([...services.processes, ...simulators, ...clients].map((each) => [each.name, each]));
  return { urls, processes, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function stopAll(processes: readonly SupervisedProcess[]): Promise<void> {
  await Promise.all(processes.map((each) => each.stop()));
}

/** Shared by the simulator, which signs as Replicate does, and the gateway, which checks; drawn anew where none is given. */
function webhookSecret({ REPLICATE_WEBHOOK_SECRET: given, REPLICATE_WEBHOOK_SECRET_FILE: file }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return file ? {} : { REPLICATE_WEBHOOK_SECRET: given || `whsec_${randomBytes(24).toString('base64')}` };
}
