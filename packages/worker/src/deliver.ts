import { publishDurably } from '@imagegen/bus/publish';
import { deleteOutbox } from '@imagegen/db/queries/outbox';
import type { WorkerContext } from './worker-context.ts';

/** Delivers what was committed to the outbox; what cannot be delivered is left to the relay. */
export async function deliver(
  { db, bus, logger }: Pick<WorkerContext, 'db' | 'bus' | 'logger'>,
  message: { outboxId: number; subject: string; payload: object },
): Promise<void> {
  const { outboxId, subject, payload } = message;
  await publishDurably({ bus, subject, payload, messageId: `outbox-${outboxId}` })
    .then(() => deleteOutbox(db, [outboxId]))
    .catch((error: unknown) => logger.warn({ err: error, subject }, 'message left to the relay'));
}
