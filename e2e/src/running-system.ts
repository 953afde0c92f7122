import { resolve } from 'node:path';
import { freePort } from '@imagegen/embedded/free-port';
import { type System, startSystem } from '@imagegen/embedded/system';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';

export type RunningSystem = AsyncDisposable & {
  readonly gatewayUrl: string;
  readonly simulatorUrl: string;
  /** What `DATA_DIR` is for the system: logs, vault, NATS' store. */
  readonly dataDir: string;
  readonly processes: System['processes'];
};

/** Names of the developer's own environment that would turn the system into another one. */
const foreign = [
  'DATABASE_URL',
  'NATS_URL',
  'SIMULATOR_URL',
  'FAL_KEY',
  'FAL_KEY_FILE',
  'REPLICATE_API_TOKEN',
  'REPLICATE_API_TOKEN_FILE',
  'OPENAI_API_KEY',
  'OPENAI_API_KEY_FILE',
];

/** A whole system in a folder of its own, on free ports, with provider webhooks and room for a whole suite, gone when disposed. */
export async function startRunningSystem(env: NodeJS.ProcessEnv = {}): Promise<RunningSystem> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await temporaryFolder());
  const port = await freePort();
  const gatewayUrl = `http://127.0.0.1:${port}`;
  const system = undo.use(
    await startSystem({
      rootDir: resolve(import.meta.dirname, '../..'),
      dataDir: folder.path,
      port,
      env: {
        ...Object.fromEntries(foreign.map((name) => [name, undefined])),
        NODE_ENV: 'development',
        LOG_LEVEL: 'debug',
        PUBLIC_BASE_URL: gatewayUrl,
        PROVIDER_WEBHOOK_BASE_URL: gatewayUrl,
        SIMULATOR_LATENCY_MS: '20-60',
        MAX_RUNNING_PER_USER: '1000',
        // Specs that have a provider fail must not have their neighbours routed around it.
        BREAKER_MIN_CALLS: '1000000',
        WEBHOOK_ALLOW_LOOPBACK: 'true',
        RATE_LIMIT_WRITES_PER_MINUTE: '100000',
        RATE_LIMIT_READS_PER_MINUTE: '100000',
        RATE_LIMIT_PER_IP_PER_MINUTE: '100000',
        ...env,
      },
    }),
  );
  const running = undo.move();
  return {
    gatewayUrl,
    simulatorUrl: system.urls.simulator ?? '',
    dataDir: folder.path,
    processes: system.processes,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
