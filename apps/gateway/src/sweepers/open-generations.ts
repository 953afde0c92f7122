import { countWaitingRings } from '@imagegen/bus/publish';
import { engines } from '@imagegen/core/engines/catalogue';
import { type EngineId, engineIds, providers } from '@imagegen/core/engines/engine';
import { deadlineError } from '@imagegen/core/generation/deadline';
import { subjects } from '@imagegen/core/messages/subjects';
import type { Executor } from '@imagegen/db/open-database';
import { expireGeneration } from '@imagegen/db/queries/finish-generation';
import { insertOutbox } from '@imagegen/db/queries/outbox';
import { listExpired, takeLate, takeUnrung } from '@imagegen/db/queries/sweep';
import type { Sweeping } from './sweeper.ts';

/**
 * A generation that is due and unheld is rung for again after this long: its message is lost, or it waits its turn. While the queue still holds
 * rings it most probably waits, and a long backlog must not be rung for over and over.
 */
const quietMs = { emptyQueue: 10_000, backlog: 60_000 };
const perRound = 500;
/** How long past its deadline a generation is left to its provider's service, which alone can stop what is under way. */
const stopWithinMs = 30_000;

type Rung = { generation_id: string; engine: EngineId };

/** Queued without a message, released and due again, or held by somebody who is gone. */
export async function ringAgain({ db, bus }: Sweeping): Promise<number> {
  let count = 0;
  for (const provider of providers) {
    const backlog = (await countWaitingRings(bus, provider)) > 0;
    const ids = engineIds.filter((id) => engines[id].provider === provider);
    const due = { engines: ids, quietMs: backlog ? quietMs.backlog : quietMs.emptyQueue, limit: perRound };
    count += await db.transaction().execute(async (transaction) => ring(transaction, await takeUnrung(transaction, due)));
  }
  return count;
}

/** Past their deadline while nobody held them, with something under way at the provider. */
export function ringForLate({ db }: Sweeping): Promise<number> {
  const late = { quietMs: stopWithinMs / 3, limit: perRound };
  return db.transaction().execute(async (transaction) => ring(transaction, await takeLate(transaction, late)));
}

async function ring(db: Executor, rung: readonly Rung[]): Promise<number> {
  const rows = rung.map(({ generation_id, engine }) => ({
    subject: subjects.requested(engines[engine].provider, generation_id),
    payload: { v: 1, generation_id },
  }));
  await insertOutbox(db, rows);
  return rows.length;
}

/** Past their deadline, held by nobody, with nothing under way or with a provider's service that does not come. */
export async function expireLate({ db }: Sweeping, signal: AbortSignal): Promise<number> {
  let count = 0;
  for (const { generation_id, user_id } of await listExpired(db, { graceMs: stopWithinMs, limit: perRound })) {
    if (signal.aborted) break;
    const end = { status: 'failed', error: deadlineError } as const;
    if (await expireGeneration(db, generation_id, end, subjects.event(user_id, generation_id))) count += 1;
  }
  return count;
}
