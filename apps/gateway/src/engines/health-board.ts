import { type EngineHealth, type Heartbeat, judgeHealth, staleAfterMs } from '@imagegen/core/routing/engine-health';
import type { Database } from '@imagegen/db/open-database';
import { listHeartbeats } from '@imagegen/db/queries/heartbeats';
import { startBackgroundLoop } from '@imagegen/runtime/background-loop';
import type { Logger } from '@imagegen/runtime/logger';

const everyMs = 1_000;

/**
 * The engines' health as this gateway last read it. A hint, never waited for: what is accepted on an old one waits or moves. When Postgres
 * has not answered for as long as makes a service stale, nothing is known any more.
 */
export class HealthBoard {
  #heartbeats: readonly Heartbeat[] = [];
  #health: EngineHealth = {};
  #capped: EngineHealth = {};
  #readAt = Number.NEGATIVE_INFINITY;

  get current(): EngineHealth {
    return performance.now() - this.#readAt <= staleAfterMs ? this.#health : {};
  }

  /** For what is not accepted yet: an engine whose provider has reached its cap takes nothing more today. */
  get forNew(): EngineHealth {
    return { ...this.current, ...this.#capped };
  }

  get heartbeats(): readonly Heartbeat[] {
    return this.#heartbeats;
  }

  cap(capped: EngineHealth): void {
    this.#capped = capped;
  }

  read(heartbeats: readonly Heartbeat[]): void {
    this.#heartbeats = heartbeats;
    this.#health = judgeHealth(heartbeats);
    this.#readAt = performance.now();
  }
}

/** Keeps the board up to date until disposed. */
export function startReadingHealth(board: HealthBoard, { db, logger }: { db: Database; logger: Logger }): AsyncDisposable {
  return startBackgroundLoop({ name: 'engine-health', everyMs, logger, round: async () => board.read(await listHeartbeats(db)) });
}
