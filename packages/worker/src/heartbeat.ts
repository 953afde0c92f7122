import type { Database } from '@imagegen/db/open-database';
import { beat, type OwnHeartbeat, stopBeating } from '@imagegen/db/queries/heartbeats';
import { startBackgroundLoop } from '@imagegen/runtime/background-loop';
import type { Logger } from '@imagegen/runtime/logger';

const everyMs = 2_000;

/** Tells Postgres every few seconds that this process lives and how its engines are, until disposed. */
export function startHeartbeat({ db, logger, own }: { db: Database; logger: Logger; own: () => OwnHeartbeat }): AsyncDisposable {
  const loop = startBackgroundLoop({ name: 'heartbeat', everyMs, logger, round: () => beat(db, own()) });
  return {
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await stopBeating(db, own()).catch((err: unknown) => logger.warn({ err }, 'heartbeat left behind'));
    },
  };
}
