import { AppError } from '@imagegen/core/errors/app-error';
import type { Executor } from '@imagegen/db/open-database';
import { countOpenGenerations } from '@imagegen/db/queries/limits';
import { gather } from '@imagegen/runtime/gather';

/** A count is believed this long, with what this process has added since. */
const countedMs = 1_000;
const rememberedUsers = 50_000;
const gathering = { underWay: 2, perRound: 1_000 };
const retryAfterSeconds = 5;

type Counted = { open: Promise<{ count: number }>; until: number };

/**
 * How many generations of a user may be open at once. Counted at most once a second and user; several gateways together may therefore go
 * over by what they accept within a second.
 */
export class QueueAllowance {
  readonly #most: number;
  readonly #count: (userId: number) => Promise<number>;
  readonly #counted = new Map<number, Counted>();

  constructor(db: Executor, most: number) {
    this.#most = most;
    this.#count = gather(async (userIds: number[]) => {
      const open = await countOpenGenerations(db, [...new Set(userIds)], most);
      return userIds.map((userId) => open.get(userId) ?? 0);
    }, gathering);
  }

  /** Takes one place. Throws RATE_LIMITED when there is none. */
  async take(userId: number): Promise<void> {
    const open = await this.#openOf(userId);
    if (open.count >= this.#most) {
      throw new AppError('RATE_LIMITED', `${this.#most} of your generations are open; wait until some have ended.`, {
        retryAfterSeconds,
        details: { limit: this.#most },
      });
    }
    open.count += 1;
  }

  #openOf(userId: number): Promise<{ count: number }> {
    const counted = this.#counted.get(userId);
    if (counted && counted.until > Date.now()) return counted.open;
    if (this.#counted.size >= rememberedUsers) this.#counted.clear();
    const open = this.#count(userId).then((count) => ({ count }));
    this.#counted.set(userId, { open, until: Date.now() + countedMs });
    open.catch(() => this.#counted.delete(userId));
    return open;
  }
}
