import type { Bus } from '@imagegen/bus/connect';
import { announce, publishDurably } from '@imagegen/bus/publish';
import { subjects } from '@imagegen/core/messages/subjects';
import type { Database } from '@imagegen/db/open-database';
import { type Callback, type CallbackRing, pruneCallbacks, storeCallback, takeParkedCallbacks } from '@imagegen/db/queries/webhook-inbox';
import { startBackgroundLoop } from '@imagegen/runtime/background-loop';
import type { Logger } from '@imagegen/runtime/logger';
import type { Metrics } from '../metrics.ts';

type Receiving = { db: Database; bus: Bus; logger: Logger };

/**
 * Puts a delivery whose signature is good into the inbox, then rings for whom it concerns. A ring that is lost is made up for: whoever polls
 * looks once a second, and the sweeper rings for what has become due.
 */
export async function receiveCallback(context: Receiving, callback: Callback): Promise<'matched' | 'parked' | 'duplicate'> {
  const { outcome, ring } = await storeCallback(context.db, callback);
  if (ring) await ringFor(context, ring);
  return outcome;
}

async function ringFor({ bus, logger }: Receiving, { provider, generation_id, due }: CallbackRing): Promise<void> {
  const payload = { v: 1, generation_id };
  announce(bus, subjects.callback(provider, generation_id), payload);
  if (!due) return;
  const subject = subjects.requested(provider, generation_id);
  await publishDurably({ bus, subject, payload, messageId: `callback-${generation_id}-${Date.now()}` }).catch((err: unknown) =>
    logger.warn({ err, subject }, 'ring left to the sweeper'),
  );
}

/** Looks again at callbacks that nobody could deal with yet, and forgets old ones. */
export function startInboxSweepers({ metrics, ...context }: Receiving & { metrics: Metrics }): AsyncDisposable[] {
  const { db, logger } = context;
  const sweep = async () => {
    const rings = await takeParkedCallbacks(db);
    for (const ring of rings) await ringFor(context, ring);
    metrics.repairs.inc({ kind: 'parked-callback' }, rings.length);
  };
  return [
    startBackgroundLoop({ name: 'parked-callbacks', everyMs: 1_000, logger, round: sweep }),
    startBackgroundLoop({ name: 'prune-callbacks', everyMs: 300_000, logger, round: async () => void (await pruneCallbacks(db)) }),
  ];
}
