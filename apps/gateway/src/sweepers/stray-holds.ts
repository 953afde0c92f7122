import { findStrayHolds } from '@imagegen/db/queries/sweep-holds';
import type { Sweeper } from './sweeper.ts';

/** Longer than any generation may take. */
const ageMs = 45 * 60_000;
const perRound = 5_000;

/**
 * Walks through the ledger for credits that are held and will not be given back. One statement ends a generation and its hold, so there are
 * none unless somebody wrote to the tables by hand: it is said loudly, once a process, and left to the operator.
 */
export function strayHolds(): Sweeper['sweep'] {
  let afterId = 0;
  return async ({ db, logger }, signal) => {
    let count = 0;
    while (!signal.aborted) {
      const { generationIds, lastId } = await findStrayHolds(db, { afterId, ageMs, limit: perRound });
      for (const generation_id of generationIds) logger.error({ generation_id }, 'a hold was neither settled nor released');
      count += generationIds.length;
      if (lastId === null) break;
      afterId = lastId;
    }
    return count;
  };
}
