import type { Bus } from '@imagegen/bus/connect';
import { publishInOrder } from '@imagegen/bus/publish';
import type { Executor } from '@imagegen/db/open-database';
import type { NewGeneration } from '@imagegen/db/queries/accept-generations';
import { deleteOutbox } from '@imagegen/db/queries/outbox';
import type { Logger } from '@imagegen/runtime/logger';

/** Beyond this many rings under way, rows are left to the relay: NATS is slow or away, and memory is not the place to wait. */
const mostUnderWay = 2_000;

type Rows = { generation: NewGeneration; outboxId: number }[];

/** Delivered rows are forgotten together, well before the relay would look at them: each delete is a commit. */
const forgetEveryMs = 100;

export type Ringer = AsyncDisposable & { ring: (rows: Rows) => void };

/** Rings for freshly committed generations without making their callers wait, and forgets the outbox rows that are delivered. */
export function createRinger({ db, bus, logger }: { db: Executor; bus: Bus; logger: Logger }): Ringer {
  const underWay = new Set<Promise<void>>();
  let rowsUnderWay = 0;
  let delivered: number[] = [];
  const timer = setInterval(forget, forgetEveryMs);

  async function publish(rows: Rows): Promise<void> {
    try {
      await publishInOrder(
        bus,
        rows.map(({ generation: { subject, generation_id }, outboxId }) => ({
          subject,
          payload: { v: 1, generation_id },
          messageId: `outbox-${outboxId}`,
        })),
      );
      for (const { outboxId } of rows) delivered.push(outboxId);
    } catch (err) {
      logger.warn({ err, left: rows.length }, 'rings left to the relay');
    }
  }

  async function forget(): Promise<void> {
    const ids = delivered;
    delivered = [];
    await deleteOutbox(db, ids).catch((err: unknown) => logger.warn({ err }, 'delivered outbox rows left to the relay'));
  }

  return {
    ring(rows) {
      if (rows.length === 0 || rowsUnderWay + rows.length > mostUnderWay) return;
      rowsUnderWay += rows.length;
      const publishing = publish(rows).finally(() => {
        rowsUnderWay -= rows.length;
        underWay.delete(publishing);
      });
      underWay.add(publishing);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await Promise.all(underWay);
      await forget();
    },
  };
}
