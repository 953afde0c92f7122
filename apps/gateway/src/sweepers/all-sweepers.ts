import { pruneIdempotencyKeys } from '@imagegen/db/queries/accept-generations';
import { closeAbandonedAttempts } from './abandoned-attempts.ts';
import { pruneOldDeliveries } from './old-deliveries.ts';
import { pruneOldEvents } from './old-events.ts';
import { expireLate, ringAgain, ringForLate } from './open-generations.ts';
import { missingPictures, removeForgottenPictures, removeTemporaryPictures } from './pictures.ts';
import { strayHolds } from './stray-holds.ts';
import type { Sweeper } from './sweeper.ts';

const second = 1_000;
const minute = 60 * second;

/** All of them. The outbox has its relay, and what providers called back with is looked after beside their webhooks. */
export function createSweepers(): Sweeper[] {
  return [
    { kind: 'ring-again', everyMs: second, sweep: ringAgain },
    { kind: 'stop-late', everyMs: 2 * second, sweep: ringForLate },
    { kind: 'expire', everyMs: 5 * second, sweep: expireLate },
    { kind: 'close-attempt', everyMs: 30 * second, sweep: closeAbandonedAttempts() },
    { kind: 'stray-hold', everyMs: 5 * minute, sweep: strayHolds() },
    { kind: 'remove-temporary-picture', everyMs: 5 * minute, sweep: removeTemporaryPictures },
    { kind: 'remove-forgotten-picture', everyMs: minute, sweep: removeForgottenPictures() },
    { kind: 'picture-missing', everyMs: minute, sweep: missingPictures() },
    { kind: 'prune-idempotency-key', everyMs: 10 * minute, sweep: ({ db }) => pruneIdempotencyKeys(db) },
    { kind: 'prune-event', everyMs: 10 * minute, sweep: pruneOldEvents() },
    { kind: 'prune-webhook-delivery', everyMs: 10 * minute, sweep: pruneOldDeliveries },
  ];
}
