import { type CreditTerms, unlimitedCredits } from '@imagegen/core/credits/terms';
import { AppError } from '@imagegen/core/errors/app-error';
import type { Executor } from '@imagegen/db/open-database';
import { type AcceptedRow, acceptGenerations, type NewGeneration } from '@imagegen/db/queries/accept-generations';
import { gather } from '@imagegen/runtime/gather';
import { refusalError } from '../credits/refusal.ts';

/** Two statements at a time keep both sides busy; how many generations go into one. */
const gathering = { underWay: 2, perRound: 100 };

type Outcome = { row: AcceptedRow | null } | { error: unknown };
type OnAccepted = (rows: { generation: NewGeneration; outboxId: number }[]) => void;
type Committing = { db: Executor; terms: CreditTerms; onAccepted: OnAccepted };

/**
 * Group commit: generations that arrive while statements are under way share the next one, so that a busy gateway pays for one round trip
 * and one fsync instead of many. An idle one waits for nobody. A 2xx still means COMMIT.
 */
export class AcceptQueue {
  readonly #commit: (generation: NewGeneration) => Promise<Outcome>;

  constructor(db: Executor, onAccepted: OnAccepted, terms = unlimitedCredits) {
    this.#commit = gather((generations: NewGeneration[]) => commitTogether({ db, terms, onAccepted }, generations), gathering);
  }

  /**
   * The committed row, or null when its idempotency key was taken. Throws QUOTA_EXCEEDED when its user cannot afford it, and
   * SERVICE_UNAVAILABLE when nothing could be committed.
   */
  async accept(generation: NewGeneration): Promise<AcceptedRow | null> {
    const outcome = await this.#commit(generation);
    if ('error' in outcome) throw outcome.error;
    return outcome.row;
  }
}

async function commitTogether(committing: Committing, generations: NewGeneration[]): Promise<Outcome[]> {
  const { db, terms, onAccepted } = committing;
  try {
    const { accepted, refused } = await acceptGenerations(db, generations, terms);
    const rows = new Map(accepted.map((row) => [row.generation_id, row]));
    const refusals = new Map(refused.map((row) => [row.generation_id, row]));
    onAccepted(
      generations.flatMap((generation) => {
        const row = rows.get(generation.generation_id);
        return row ? [{ generation, outboxId: row.outbox_id }] : [];
      }),
    );
    return generations.map(({ generation_id, hold_micros }) => {
      const refusal = refusals.get(generation_id);
      return refusal ? { error: refusalError(hold_micros, refusal) } : { row: rows.get(generation_id) ?? null };
    });
  } catch (error) {
    if (!isDataError(error)) return generations.map(() => ({ error: unavailable(error) }));
    if (generations.length === 1) return [{ error }];
    // A row that Postgres refuses must not take its neighbours with it.
    const alone: Outcome[] = [];
    for (const generation of generations) alone.push(...(await commitTogether(committing, [generation])));
    return alone;
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
