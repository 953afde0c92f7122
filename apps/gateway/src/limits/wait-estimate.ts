export type Sample = {
  /** By a monotonic clock, in milliseconds. */
  atMs: number;
  /** Generations that could be begun and are not. */
  due: number;
  /** Generations begun within the last `windowMs`. */
  begun: number;
};

/** How long a queue must have been there without a break before what is begun meanwhile says how much can be. */
export const windowMs = 15_000;

/**
 * How long a generation that is accepted now will wait before it is begun. As long as there are moments without a queue, whatever is begun is
 * only what came, and nothing waits long. When nothing at all is begun nobody knows; then the answer is 0 too.
 */
export class WaitEstimate {
  #queuedSince: number | null = null;
  #waitMs = 0;

  observe({ atMs, due, begun }: Sample): void {
    if (due === 0) this.#queuedSince = null;
    else this.#queuedSince ??= atMs;
    const saturated = this.#queuedSince !== null && atMs - this.#queuedSince >= windowMs;
    this.#waitMs = saturated && begun > 0 ? (due * windowMs) / begun : 0;
  }

  get waitMs(): number {
    return this.#waitMs;
  }
}
