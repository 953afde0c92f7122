import { closeAbandoned } from '@imagegen/db/queries/sweep';
import { idsFrom } from '@imagegen/runtime/ids';
import type { Sweeper } from './sweeper.ts';

/** Longer than any generation may take, so that each attempt is looked at once, after its generation has ended. */
const ageMs = 45 * 60_000;
/** How far back a process that has just started looks. */
const lookBackMs = 24 * 3_600_000;
const perRound = 5_000;

/** Attempts that nobody ended: their worker died with the generation's deadline, or gave it up as poison. */
export function closeAbandonedAttempts(now: () => number = Date.now): Sweeper['sweep'] {
  let afterId = idsFrom('att', now() - ageMs - lookBackMs);
  return async ({ db }, signal) => {
    let count = 0;
    while (!signal.aborted) {
      const { closed, lastId } = await closeAbandoned(db, { afterId, beforeId: idsFrom('att', now() - ageMs), limit: perRound });
      count += closed;
      if (lastId === null) break;
      afterId = lastId;
    }
    return count;
  };
}
