import type { Logger } from '@imagegen/runtime/logger';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';

/** A connection to NATS with its JetStream doors. Disposing it drains what is under way. */
export type Bus = AsyncDisposable & {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
};

/** Per-message TTL, metadata and strict stream settings came with 2.10; older servers ignore them silently. */
const oldestServer = [2, 10] as const;

/** Connects, waiting for the server when it is not there yet, and reconnects for ever. A stalled server is noticed after 10 s. */
export async function connectBus(options: { url: string; name: string; logger: Logger }): Promise<Bus> {
  const address = new URL(options.url);
  const connection = await connect({
    servers: address.host,
    ...(address.username && { user: decodeURIComponent(address.username), pass: decodeURIComponent(address.password) }),
    name: options.name,
    // Answers to one service are not for the ears of another: the server can be told who may listen where.
    inboxPrefix: `_INBOX_${options.name}`,
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 5_000,
    maxPingOut: 2,
    noAsyncTraces: true, // otherwise every publish builds stack traces for an error that hardly ever comes
  });
  refuseOldServer(connection);
  void logStatus(connection, options.logger);
  return {
    connection,
    jetstream: jetstream(connection, { timeout: 5_000 }),
    manager: await jetstreamManager(connection, { timeout: 5_000 }),
    async [Symbol.asyncDispose]() {
      // Without a server there is nothing to drain into.
      const drained = connection.drain().catch(() => undefined);
      await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
      await connection.close();
    },
  };
}

function refuseOldServer(connection: NatsConnection): void {
  const version = connection.info?.version ?? '0.0.0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < oldestServer[0] || (major === oldestServer[0] && minor < oldestServer[1])) {
    void connection.close();
    throw new Error(`nats-server ${version} is too old: ${oldestServer.join('.')} or newer is needed`);
  }
}

async function logStatus(connection: NatsConnection, logger: Logger): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect' || status.type === 'reconnect') logger.warn({ nats: status.type }, 'NATS connection changed');
  }
}
