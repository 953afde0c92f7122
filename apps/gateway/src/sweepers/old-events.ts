import { pruneEvents } from '@imagegen/db/queries/sweep';
import { idsFrom } from '@imagegen/runtime/ids';
import type { Sweeper } from './sweeper.ts';

/** Who has not resumed a subscription by then reads the result itself. */
const keptMs = 30 * 24 * 3_600_000;
const perRound = 5_000;

/** What happened on the way of generations of long ago; how they ended stays. */
export function pruneOldEvents(now: () => number = Date.now): Sweeper['sweep'] {
  let afterId = '';
  return async ({ db }, signal) => {
    let count = 0;
    while (!signal.aborted) {
      const { pruned, lastId } = await pruneEvents(db, { afterId, beforeId: idsFrom('gen', now() - keptMs), limit: perRound });
      count += pruned;
      if (lastId === null) break;
      afterId = lastId;
    }
    return count;
  };
}
