import { freePort } from '@imagegen/embedded/free-port';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { createTestDatabase, startTestNats } from '@imagegen/embedded/testing';
import { loadConfig } from '../config.ts';
import { startGateway } from '../gateway.ts';

export type RunningGateways = AsyncDisposable & {
  urls: string[];
  databaseUrl: string;
  natsUrl: string;
  /** Ends one of them, and starts it again at the same address. */
  restart(index: number): Promise<void>;
};

/** For tests: gateways in this process, side by side on a database, a NATS and a vault of their own. Nobody makes the pictures. */
export async function startTestGateways(env: NodeJS.ProcessEnv = {}, count = 1): Promise<RunningGateways> {
  await using undo = new AsyncDisposableStack();
  const database = undo.use(await createTestDatabase());
  const nats = undo.use(await startTestNats());
  const vault = undo.use(await temporaryFolder());
  const urls: string[] = [];
  const restarts: (() => Promise<void>)[] = [];
  for (let index = 0; index < count; index += 1) {
    const port = await freePort();
    const own = { DATABASE_URL: database.url, NATS_URL: nats.url, VAULT_DIR: vault.path, PORT: String(port) };
    const config = loadConfig({ NODE_ENV: 'test', LOG_LEVEL: 'silent', ...own, ...env });
    let gateway = await startGateway(config);
    undo.defer(() => gateway[Symbol.asyncDispose]());
    restarts.push(async () => {
      await gateway[Symbol.asyncDispose]();
      gateway = await startGateway(config);
    });
    urls.push(`http://127.0.0.1:${port}`);
  }
  const running = undo.move();
  return {
    urls,
    databaseUrl: database.url,
    natsUrl: nats.url,
    restart: async (index) => restarts[index]?.(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
