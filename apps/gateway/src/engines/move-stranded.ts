import { engineIds } from '@imagegen/core/engines/engine';
import { isUp } from '@imagegen/core/routing/engine-health';
import type { Database } from '@imagegen/db/open-database';
import { failOverUnheld, listStranded } from '@imagegen/db/queries/fail-over';
import { startBackgroundLoop } from '@imagegen/runtime/background-loop';
import type { Logger } from '@imagegen/runtime/logger';
import type { Metrics } from '../metrics.ts';
import type { HealthBoard } from './health-board.ts';

const everyMs = 2_000;
const perRound = 200;

type Moving = { db: Database; logger: Logger; metrics: Metrics; health: HealthBoard };

/**
 * Moves what waits for an engine that is not up to the first of its fallbacks that is, when nobody works on it and nothing of it can have been
 * bought: a service that is gone cannot do so itself. The relay delivers the rings.
 */
export function startMovingStranded(context: Moving): AsyncDisposable {
  return startBackgroundLoop({
    name: 'move-stranded',
    everyMs,
    logger: context.logger,
    round: async (signal) => {
      let listed = perRound;
      let moved = 1;
      while (listed === perRound && moved > 0 && !signal.aborted) ({ listed, moved } = await moveSome(context));
    },
  });
}

async function moveSome({ db, logger, metrics, health }: Moving): Promise<{ listed: number; moved: number }> {
  const known = health.current;
  const at = engineIds.filter((id) => !isUp(known, id));
  if (at.length === 0) return { listed: 0, moved: 0 };
  const stranded = await listStranded(db, { at, to: engineIds.filter((id) => isUp(known, id)), limit: perRound });
  let moved = 0;
  for (const { generation_id: generationId, user_id: userId, engine: from, fallbacks } of stranded) {
    const to = fallbacks.find((id) => isUp(known, id));
    if (to === undefined) continue;
    const reason = `The engine is not available: ${known[from]?.reason ?? 'it does not answer'}.`;
    if (!(await failOverUnheld(db, { generationId, userId }, { from, to, reason }))) continue;
    logger.warn({ generation_id: generationId, from, to, reason }, 'generation moved to another engine');
    moved += 1;
  }
  metrics.repairs.inc({ kind: 'fail-over' }, moved);
  return { listed: stranded.length, moved };
}
