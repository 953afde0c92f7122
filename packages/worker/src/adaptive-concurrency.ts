const decrease = 0.7;
/** One answer after another of the same moment is one sign of overload, not many. */
const cooldownMs = 1_000;

type Waiting = { admit: (place: Disposable) => void };

/**
 * How many generations this process works on at once: up to the configured number, fewer while the provider refuses for load or does not
 * answer, then one more for every round that goes well. Additive increase, multiplicative decrease: however many processes share a
 * provider's limit, none needs to know of the others.
 */
export class AdaptiveConcurrency {
  readonly #most: number;
  readonly #now: () => number;
  #limit: number;
  #running = 0;
  #wentWell = 0;
  #decreasedAt = Number.NEGATIVE_INFINITY;
  readonly #waiting: Waiting[] = [];

  /** @param now a monotonic clock in milliseconds. */
  constructor(most: number, now: () => number = () => performance.now()) {
    this.#most = most;
    this.#limit = most;
    this.#now = now;
  }

  /** At least one, so that a recovery is noticed. */
  get limit(): number {
    return Math.max(1, Math.floor(this.#limit));
  }

  /** Waits for a place; dispose of it to give it back. Rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#running < this.limit) return this.#take();
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    const waiting = { admit: resolve };
    this.#waiting.push(waiting);
    const leave = () => {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** The provider took something. */
  wentWell(): void {
    this.#wentWell += 1;
    if (this.#wentWell < this.limit) return;
    this.#wentWell = 0;
    this.#limit = Math.min(this.#most, this.#limit + 1);
    this.#admit();
  }

  /** The provider refused for load, or did not answer. */
  overloaded(): void {
    if (this.#now() - this.#decreasedAt < cooldownMs) return;
    this.#decreasedAt = this.#now();
    this.#wentWell = 0;
    this.#limit = Math.max(1, this.#limit * decrease);
  }

  #take(): Disposable {
    this.#running += 1;
    let given = true;
    return {
      [Symbol.dispose]: () => {
        if (!given) return;
        given = false;
        this.#running -= 1;
        this.#admit();
      },
    };
  }

  #admit(): void {
    while (this.#running < this.limit) {
      const next = this.#waiting.shift();
      if (!next) return;
      next.admit(this.#take());
    }
  }
}
