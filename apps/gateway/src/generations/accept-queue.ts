import { AppError } from '@imagegen/core/errors/app-error';
import type { Executor } from '@imagegen/db/open-database';
import { type AcceptedRow, acceptGenerations, type NewGeneration } from '@imagegen/db/queries/accept-generations';

/** Two statements at a time keep both sides busy; how many generations go into one. */
const flushes = 2;
const rowsPerFlush = 100;

type Waiting = { generation: NewGeneration; resolve: (row: AcceptedRow | null) => void; reject: (error: unknown) => void };

/**
 * Group commit: generations that arrive while a statement is under way share the next one, so that a busy gateway pays for one round trip
 * and one fsync instead of many. An idle one waits for nobody. A 2xx still means COMMIT.
 */
export class AcceptQueue {
  readonly #db: Executor;
  readonly #onAccepted: (rows: { generation: NewGeneration; outboxId: number }[]) => void;
  #waiting: Waiting[] = [];
  #underWay = 0;

  constructor(db: Executor, onAccepted: (rows: { generation: NewGeneration; outboxId: number }[]) => void) {
    this.#db = db;
    this.#onAccepted = onAccepted;
  }

  /** The committed row, or null when its idempotency key was taken. Throws SERVICE_UNAVAILABLE when nothing could be committed. */
  accept(generation: NewGeneration): Promise<AcceptedRow | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ generation, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    while (this.#underWay < flushes && this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, rowsPerFlush);
      this.#underWay += 1;
      void this.#commit(batch).finally(() => {
        this.#underWay -= 1;
        this.#flush();
      });
    }
  }

  async #commit(batch: Waiting[]): Promise<void> {
    try {
      const rows = await acceptGenerations(
        this.#db,
        batch.map(({ generation }) => generation),
      );
      const byId = new Map(rows.map((row) => [row.generation_id, row]));
      const accepted = batch.flatMap(({ generation }) => {
        const row = byId.get(generation.generation_id);
        return row ? [{ generation, outboxId: row.outbox_id }] : [];
      });
      for (const { generation, resolve } of batch) resolve(byId.get(generation.generation_id) ?? null);
      this.#onAccepted(accepted);
    } catch (error) {
      // A row that Postgres refuses must not take its neighbours with it.
      if (batch.length > 1 && isDataError(error)) for (const waiting of batch) await this.#commit([waiting]);
      else for (const { reject } of batch) reject(isDataError(error) ? error : unavailable(error));
    }
  }
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity constraint violation). */
function isDataError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^2[23]/.test(error.code);
}

function unavailable(cause: unknown): AppError {
  return new AppError('SERVICE_UNAVAILABLE', 'The generation cannot be stored right now; nothing was accepted.', {
    retryAfterSeconds: 2,
    cause,
  });
}
