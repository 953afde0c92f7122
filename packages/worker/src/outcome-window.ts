type Outcome = { at: number; ok: boolean; seconds: number | null };

export type OutcomeSummary = { calls: number; successRate: number | null; p50Seconds: number | null; p95Seconds: number | null };

const rememberedMs = 300_000;
const mostRemembered = 1_000;

/** What became of the calls of the last five minutes, at most a thousand of them. `now` is a monotonic clock in milliseconds. */
export class OutcomeWindow {
  readonly #now: () => number;
  #outcomes: Outcome[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @param seconds how long the provider took, where it is known. */
  add(ok: boolean, seconds: number | null = null): void {
    this.#outcomes.push({ at: this.#now(), ok, seconds });
    if (this.#outcomes.length > mostRemembered) this.#outcomes.shift();
  }

  /** Calls and failures of the last `spanMs`, nothing from before `since` included. */
  count(spanMs: number, since = Number.NEGATIVE_INFINITY): { calls: number; failures: number } {
    const from = Math.max(this.#now() - spanMs, since);
    const recent = this.#outcomes.filter(({ at }) => at >= from);
    return { calls: recent.length, failures: recent.filter(({ ok }) => !ok).length };
  }

  summarize(): OutcomeSummary {
    this.#outcomes = this.#outcomes.filter(({ at }) => at >= this.#now() - rememberedMs);
    const calls = this.#outcomes.length;
    const took = this.#outcomes.flatMap(({ seconds }) => (seconds === null ? [] : [seconds])).sort((a, b) => a - b);
    const percentile = (share: number) => took[Math.ceil(share * took.length) - 1] ?? null;
    const successes = this.#outcomes.filter(({ ok }) => ok).length;
    return { calls, successRate: calls === 0 ? null : successes / calls, p50Seconds: percentile(0.5), p95Seconds: percentile(0.95) };
  }
}
