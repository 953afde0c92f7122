import { AppError } from '@imagegen/core/errors/app-error';
import type { Executor } from '@imagegen/db/open-database';
import { countCalls, uncountCall, windowSeconds } from '@imagegen/db/queries/limits';
import { gather } from '@imagegen/runtime/gather';
import type { Access } from '../identity/authorize.ts';
import { retryAfterSeconds, type Standing } from './sliding-window.ts';

/** Two statements at a time keep both sides busy; how many calls one counts. */
const gathering = { underWay: 2, perRound: 1_000 };

type Call = { userId: number; bucket: Access };

export type Admission = { admitted: boolean; standing: Standing };

/**
 * Calls a minute of every user, reads and writes apart, exact over all gateways. The calls that come in while a statement is under way are
 * counted by the next one, so a busy gateway asks Postgres a few hundred times a second however many calls it answers.
 */
export class RateLimiter {
  readonly #db: Executor;
  readonly #limits: Record<Access, number>;
  readonly #ask: (call: Call) => Promise<Admission>;

  constructor(db: Executor, limits: Record<Access, number>) {
    this.#db = db;
    this.#limits = limits;
    this.#ask = gather((calls: Call[]) => this.#count(calls), gathering);
  }

  /** Counts the call if it fits. A call that does not fit counts for nothing. */
  admit(userId: number, bucket: Access): Promise<Admission> {
    return this.#ask({ userId, bucket });
  }

  /** Takes back a call that turned out to be free: the answer was a replay. */
  refund(userId: number, bucket: Access): Promise<void> {
    return uncountCall(this.#db, { userId, bucket });
  }

  async #count(calls: Call[]): Promise<Admission[]> {
    const groups = Map.groupBy(calls, nameOf);
    const asked = [...groups.values()].flatMap(([first, ...others]) =>
      first ? [{ ...first, calls: others.length + 1, most: this.#limits[first.bucket] }] : [],
    );
    const counted = await countCalls(this.#db, asked);
    const left = new Map(
      counted.map(({ user_id, bucket, granted, calls: inWindow, earlier_calls: earlierCalls, elapsed }) => [
        `${bucket} ${user_id}`,
        { granted, counts: { calls: inWindow, earlierCalls, elapsed } },
      ]),
    );
    return calls.map((call) => {
      const group = left.get(nameOf(call));
      if (!group) throw new Error('calls were not counted');
      const admitted = group.granted > 0;
      if (admitted) group.granted -= 1;
      return { admitted, standing: { limit: this.#limits[call.bucket], ...group.counts } };
    });
  }
}

function nameOf({ userId, bucket }: Call): string {
  return `${bucket} ${userId}`;
}

export function rateLimited(standing: Standing): AppError {
  const seconds = retryAfterSeconds(standing);
  return new AppError('RATE_LIMITED', `Only ${standing.limit} calls a minute are allowed; come back in ${seconds} s.`, {
    retryAfterSeconds: seconds,
    details: { limit: standing.limit, window_seconds: windowSeconds },
  });
}
