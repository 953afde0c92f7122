import type { Bus } from '@imagegen/bus/connect';
import { publishDurably } from '@imagegen/bus/publish';
import type { Executor } from '@imagegen/db/open-database';
import type { NewGeneration } from '@imagegen/db/queries/accept-generations';
import { deleteOutbox } from '@imagegen/db/queries/outbox';
import type { Logger } from '@imagegen/runtime/logger';

/** Beyond this many rings under way, rows are left to the relay: NATS is slow or away, and memory is not the place to wait. */
const mostUnderWay = 2_000;

type Rows = { generation: NewGeneration; outboxId: number }[];

/** Rings for freshly committed generations without making their callers wait, and forgets the outbox rows that are delivered. */
export function createRinger({ db, bus, logger }: { db: Executor; bus: Bus; logger: Logger }): (rows: Rows) => void {
  let underWay = 0;
  return (rows) => {
    if (rows.length === 0 || underWay + rows.length > mostUnderWay) return;
    underWay += rows.length;
    void ring(rows).finally(() => {
      underWay -= rows.length;
    });
  };

  async function ring(rows: Rows): Promise<void> {
    const results = await Promise.allSettled(
      rows.map(({ generation: { subject, generation_id }, outboxId }) =>
        publishDurably({ bus, subject, payload: { v: 1, generation_id }, messageId: `outbox-${outboxId}` }),
      ),
    );
    const delivered = rows.filter((_, index) => results[index]?.status === 'fulfilled').map(({ outboxId }) => outboxId);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) logger.warn({ err: failed.reason, left: rows.length - delivered.length }, 'rings left to the relay');
    await deleteOutbox(db, delivered).catch((err: unknown) => logger.warn({ err }, 'delivered outbox rows left to the relay'));
  }
}
