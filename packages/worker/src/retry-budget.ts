const most = 10;
const share = 0.1;
const trickleMs = 10_000;

/**
 * How many submissions may be repeated by us: one for every ten that the provider took, so that a provider in trouble is not asked for even
 * more. A repeated one that is taken costs nothing, so what waited through a brown-out is let through as fast as the provider recovers; and
 * one every ten seconds is free, so that a silent provider is found out to be back. Of one process: the shares of several add up to the same.
 */
export class RetryBudget {
  #tokens = most;
  #countedAt: number;
  readonly #now: () => number;

  /** @param now a monotonic clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#countedAt = now();
  }

  /** Whether one more submission may be repeated now. */
  take(): boolean {
    this.#add((this.#now() - this.#countedAt) / trickleMs);
    this.#countedAt = this.#now();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** The provider took a submission. */
  taken({ repeated }: { repeated: boolean }): void {
    this.#add(repeated ? 1 + share : share);
  }

  #add(tokens: number): void {
    this.#tokens = Math.min(most, this.#tokens + tokens);
  }
}
