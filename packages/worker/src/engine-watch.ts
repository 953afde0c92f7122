import type { EngineId } from '@imagegen/core/engines/engine';
import type { BreakerState, EngineOutcomes } from '@imagegen/core/routing/engine-health';
import { CircuitState, circuitBreaker, handleWhen, type IBreaker, isBrokenCircuitError } from 'cockatiel';
import { OutcomeWindow } from './outcome-window.ts';
import { ProviderError, type ProviderErrorKind } from './provider-error.ts';

/** Open when at least half of the calls within half a minute failed, and they are enough to say so. */
const sample = { spanMs: 30_000, failureShare: 0.5 };
/** Then nothing is sent for this long, and one call tries how it is. */
const pauseMs = 5_000;

/** What the caller did wrong says nothing about the provider. */
const callersFaults: ReadonlySet<ProviderErrorKind> = new Set(['invalid-request', 'content-rejected']);

function isProvidersFault(error: unknown): boolean {
  return error instanceof ProviderError && !callersFaults.has(error.kind);
}

/**
 * What this process has seen of one engine, and the breaker that keeps a failing one from being asked. While the breaker is not closed, one
 * submission at a time is let through, after a pause; it closes when the provider takes it.
 */
export class EngineWatch {
  readonly #engine: EngineId;
  readonly #window = new OutcomeWindow();
  readonly #breaker;
  #retryAt = 0;
  #reservedUntil = 0;

  /** @param minCalls fewer calls within half a minute never open the breaker. */
  constructor(engine: EngineId, minCalls: number) {
    this.#engine = engine;
    const breaker = shareOfFailures(this.#window, minCalls);
    this.#breaker = circuitBreaker(handleWhen(isProvidersFault), { halfOpenAfter: pauseMs, breaker });
    this.#breaker.onBreak(() => {
      this.#retryAt = Date.now() + pauseMs;
    });
  }

  /** Milliseconds until a submission may be let through: 0 means now. While another one probes, as long as a pause. */
  get closedForMs(): number {
    if (this.#breaker.state === CircuitState.Closed) return 0;
    if (this.#breaker.state === CircuitState.HalfOpen) return pauseMs;
    return Math.max(0, this.#retryAt - Date.now(), this.#reservedUntil - Date.now());
  }

  /** The same, and when it is 0 while the breaker is open, the probe is the asker's for as long as a pause: many may ask at once. */
  begin(): number {
    const waitMs = this.closedForMs;
    if (waitMs === 0 && this.#breaker.state !== CircuitState.Closed) this.#reservedUntil = Date.now() + pauseMs;
    return waitMs;
  }

  /** Sends a submission, or throws ProviderError without having sent anything. What became of it is to be noted by the caller. */
  async send<Answer>(submit: () => Promise<Answer>): Promise<Answer> {
    if (this.#breaker.state === CircuitState.Closed) return submit();
    if (this.#breaker.state === CircuitState.HalfOpen) throw this.#leftAlone();
    return this.#breaker.execute(submit).catch((error: unknown) => {
      throw isBrokenCircuitError(error) ? this.#leftAlone() : error;
    });
  }

  #leftAlone(): ProviderError {
    return new ProviderError('unavailable', 'The provider keeps failing and is left alone.', {
      billed: 'no',
      retryAfterMs: this.closedForMs,
    });
  }

  /** @param seconds from the submission to the result. */
  succeeded(seconds: number | null): void {
    this.#window.add(true, seconds);
  }

  async failed(error: ProviderError): Promise<void> {
    if (!isProvidersFault(error)) return;
    this.#window.add(false);
    if (this.#breaker.state === CircuitState.Closed) await this.#breaker.execute(() => Promise.reject(error)).catch(() => undefined);
  }

  report(): EngineOutcomes {
    const { calls, successRate, p50Seconds, p95Seconds } = this.#window.summarize();
    const outcomes = { calls, success_rate: successRate, p50_seconds: p50Seconds, p95_seconds: p95Seconds };
    return { engine: this.#engine, breaker: this.#state(), ...outcomes };
  }

  #state(): BreakerState {
    if (this.#breaker.state === CircuitState.Closed) return 'closed';
    return this.#breaker.state === CircuitState.Open && Date.now() < this.#retryAt ? 'open' : 'half-open';
  }
}

/** The library's own sampling breaker forgets by calls, not by time, so that rare failures of a whole day would open it. */
function shareOfFailures(window: OutcomeWindow, minCalls: number): IBreaker {
  let closedAt = Number.NEGATIVE_INFINITY;
  return {
    state: undefined,
    success(state) {
      if (state === CircuitState.HalfOpen) closedAt = performance.now();
    },
    failure(state) {
      if (state !== CircuitState.Closed) return true;
      const { calls, failures } = window.count(sample.spanMs, closedAt);
      return calls >= minCalls && failures >= calls * sample.failureShare;
    },
  };
}
