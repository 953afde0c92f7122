import type { Bus } from '@imagegen/bus/connect';
import { countWaitingRings } from '@imagegen/bus/publish';
import { engines } from '@imagegen/core/engines/catalogue';
import { engineIds, providers } from '@imagegen/core/engines/engine';
import { subjects } from '@imagegen/core/messages/subjects';
import type { Database } from '@imagegen/db/open-database';
import { pruneIdempotencyKeys } from '@imagegen/db/queries/accept-generations';
import { expireGeneration } from '@imagegen/db/queries/finish-generation';
import { insertOutbox } from '@imagegen/db/queries/outbox';
import { listExpired, takeUnrung } from '@imagegen/db/queries/sweep';
import { startBackgroundLoop } from '@imagegen/runtime/background-loop';
import type { Logger } from '@imagegen/runtime/logger';
import type { Metrics } from '../metrics.ts';

/**
 * A generation that is due and unheld is rung for again after this long: its message is lost, or it waits its turn. While the queue still holds
 * rings it most probably waits, and a long backlog must not be rung for over and over.
 */
const quietMs = { emptyQueue: 10_000, backlog: 60_000 };
const perRound = 500;

type Sweeping = { db: Database; bus: Bus; logger: Logger; metrics: Metrics };

/** Every state has an owner and a maximum age: what nobody works on is rung for again, what is past its deadline ends. */
export function startSweepers(context: Sweeping): AsyncDisposable[] {
  return [
    startBackgroundLoop({ name: 'ring-again', everyMs: 1_000, logger: context.logger, round: () => ringAgain(context) }),
    startBackgroundLoop({ name: 'expire', everyMs: 5_000, logger: context.logger, round: (signal) => expire(context, signal) }),
    startBackgroundLoop({
      name: 'prune',
      everyMs: 600_000,
      logger: context.logger,
      round: async () => void (await pruneIdempotencyKeys(context.db)),
    }),
  ];
}

async function ringAgain({ db, bus, metrics }: Sweeping): Promise<void> {
  for (const provider of providers) {
    const backlog = (await countWaitingRings(bus, provider)) > 0;
    const ids = engineIds.filter((id) => engines[id].provider === provider);
    const rung = await db.transaction().execute(async (transaction) => {
      const unrung = await takeUnrung(transaction, {
        engines: ids,
        quietMs: backlog ? quietMs.backlog : quietMs.emptyQueue,
        limit: perRound,
      });
      const rows = unrung.map(({ generation_id }) => ({
        subject: subjects.requested(provider, generation_id),
        payload: { v: 1, generation_id },
      }));
      await insertOutbox(transaction, rows);
      return rows.length;
    });
    metrics.repairs.inc({ kind: 'ring-again' }, rung);
  }
}

async function expire({ db, metrics }: Sweeping, signal: AbortSignal): Promise<void> {
  for (const { generation_id, user_id } of await listExpired(db, perRound)) {
    if (signal.aborted) return;
    const error = { code: 'DEADLINE_EXCEEDED', message: 'The generation did not finish before its deadline. Nothing is charged.' };
    const ended = await expireGeneration(db, generation_id, { status: 'failed', error }, subjects.event(user_id, generation_id));
    if (ended) metrics.repairs.inc({ kind: 'expire' });
  }
}
