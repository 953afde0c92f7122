import { mkdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { endProcesses } from './end-processes.ts';
import { lockFolder } from './folder-lock.ts';
import { freePort } from './free-port.ts';
import { findNatsBinary } from './nats-binary.ts';
import { isNatsAnswering } from './nats-probe.ts';
import { createSecretFile, readFileIfExists, writePrivateFile } from './secret-file.ts';
import { type SupervisedProcess, startSupervisedProcess } from './supervised-process.ts';

type NatsOptions = {
  dataDir: string;
  /** 0 or absent: a free one. */
  port?: number;
  /** Sync every message to disk before it is acknowledged. Default false: what the bus loses in a power failure, the database rings again. */
  syncAlways?: boolean;
};

export type RunningNats = AsyncDisposable & {
  /** `nats://user:password@127.0.0.1:port`, good across restarts. */
  readonly url: string;
  readonly port: number;
  /** Serves `/jsz`, `/connz`, `/healthz` on loopback. */
  readonly monitorPort: number;
  readonly process: SupervisedProcess;
};

const user = 'imagegen';

/**
 * Starts nats-server with JetStream on `<dataDir>/nats` and keeps it running until disposed. Only 127.0.0.1 with a password reaches it.
 * A server left by an owner that was killed is stopped first; a second living owner of the same folder is refused.
 */
export async function startNats({ dataDir, port: wantedPort, syncAlways = false }: NatsOptions): Promise<RunningNats> {
  await mkdir(join(dataDir, 'nats'), { recursive: true });
  const home = await realpath(join(dataDir, 'nats'));
  await using undo = new AsyncDisposableStack();
  const lock = undo.use(await lockFolder(home));
  if (!lock) throw new Error(`The message store in ${home} is in use by another running system`);

  const binary = await findNatsBinary();
  const password = (await readFileIfExists(join(home, 'password'))) ?? (await createSecretFile(join(home, 'password')));
  const port = wantedPort || (await freePort());
  const monitorPort = await freePort();
  const configFile = join(home, 'server.conf');
  await writePrivateFile(configFile, JSON.stringify(serverConfig({ port, monitorPort, password, home, syncAlways }), undefined, 2));
  const process = undo.use(
    startSupervisedProcess({
      name: 'nats',
      command: [binary, '-c', configFile],
      cwd: home,
      env: { PATH: globalThis.process.env.PATH },
      logFile: join(home, 'server.log'),
      prepare: () => endProcesses((line) => isServerOf(line, configFile), { signal: 'SIGTERM', limitMs: 5_000 }),
      isReady: () => isNatsAnswering({ port, user, password }),
      orphanSignal: 'SIGTERM',
    }),
  );
  await process.ready();
  const running = undo.move();
  return {
    url: `nats://${user}:${password}@127.0.0.1:${port}`,
    port,
    monitorPort,
    process,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

type ServerConfig = { port: number; monitorPort: number; password: string; home: string; syncAlways: boolean };

/** nats-server's configuration language is a superset of JSON. */
function serverConfig({ port, monitorPort, password, home, syncAlways }: ServerConfig): object {
  return {
    listen: `127.0.0.1:${port}`,
    http: `127.0.0.1:${monitorPort}`,
    max_payload: 256 * 1024,
    authorization: { user, password },
    jetstream: {
      store_dir: home,
      max_file_store: 2 * 1024 ** 3,
      max_memory_store: 64 * 1024 ** 2,
      ...(syncAlways && { sync_interval: 'always' }),
    },
  };
}

function isServerOf([program = '', ...rest]: string[], configFile: string): boolean {
  return basename(program) === 'nats-server' && rest[0] === '-c' && rest[1] === configFile;
}
