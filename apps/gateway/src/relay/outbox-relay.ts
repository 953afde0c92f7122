import type { Bus } from '@imagegen/bus/connect';
import { publishDurably } from '@imagegen/bus/publish';
import type { Database } from '@imagegen/db/open-database';
import { deleteOutbox, lockStaleOutbox } from '@imagegen/db/queries/outbox';
import { startBackgroundLoop } from '@imagegen/runtime/background-loop';
import type { Logger } from '@imagegen/runtime/logger';
import type { Metrics } from '../metrics.ts';

/** Rows younger than this are still in the hands of whoever committed them. */
const staleMs = 1_000;
const rowsPerRound = 200;

type Relaying = { db: Database; bus: Bus };

/** Delivers what was committed and not announced: its process died, or NATS was away. The message id makes a second delivery harmless. */
export function startOutboxRelay({
  db,
  bus,
  logger,
  metrics,
}: Relaying & { logger: Logger; metrics: Pick<Metrics, 'repairs'> }): AsyncDisposable {
  return startBackgroundLoop({
    name: 'outbox-relay',
    everyMs: 500,
    logger,
    round: async (signal) => {
      let delivered = rowsPerRound;
      while (delivered === rowsPerRound && !signal.aborted) {
        delivered = await relayOnce({ db, bus });
        metrics.repairs.inc({ kind: 'outbox' }, delivered);
      }
    },
  });
}

async function relayOnce({ db, bus }: Relaying): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const rows = await lockStaleOutbox(transaction, staleMs, rowsPerRound);
    await Promise.all(rows.map(({ id, subject, payload }) => publishDurably({ bus, subject, payload, messageId: `outbox-${id}` })));
    await deleteOutbox(
      transaction,
      rows.map(({ id }) => id),
    );
    return rows.length;
  });
}
