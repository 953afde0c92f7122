import { cappedEngines } from '@imagegen/core/credits/capped-engines';
import type { Database } from '@imagegen/db/open-database';
import { listProviderSpend } from '@imagegen/db/queries/credits';
import { startBackgroundLoop } from '@imagegen/runtime/background-loop';
import type { Logger } from '@imagegen/runtime/logger';
import type { HealthBoard } from '../engines/health-board.ts';

const everyMs = 1_000;

/** Tells the board which engines may not take anything more today. A hint, so that routing avoids them; the accept statement is exact. */
export function startReadingProviderCaps(
  board: HealthBoard,
  { db, logger, capMicros }: { db: Database; logger: Logger; capMicros: number },
): AsyncDisposable {
  return startBackgroundLoop({
    name: 'provider-caps',
    everyMs,
    logger,
    round: async () => board.cap(cappedEngines(await listProviderSpend(db), capMicros)),
  });
}
