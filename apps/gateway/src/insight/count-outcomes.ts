import type { Database } from '@imagegen/db/open-database';
import { rollUpOutcomes } from '@imagegen/db/queries/roll-up-outcomes';
import { startBackgroundLoop } from '@imagegen/runtime/background-loop';
import type { Logger } from '@imagegen/runtime/logger';

const perRound = 1_000;

/** Keeps the rollups and the learned pairs at most seconds behind what happens. Any replica may do it, one at a time does. */
export function startCountingOutcomes({ db, logger }: { db: Database; logger: Logger }): AsyncDisposable {
  return startBackgroundLoop({
    name: 'count-outcomes',
    everyMs: 2_000,
    logger,
    round: async (signal) => {
      let taken = perRound;
      while (taken === perRound && !signal.aborted) taken = await rollUpOutcomes(db, perRound);
    },
  });
}
