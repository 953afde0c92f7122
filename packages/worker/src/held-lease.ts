import { type Lease, renewLease } from '@imagegen/db/queries/claims';
import type { WorkerContext } from './worker-context.ts';

/**
 * A lease must outlive one renewal by far, and a dead worker's generations wait this long for the next one.
 */
export const leaseMs = 15_000;
const renewalMs = leaseMs / 3;
/** A call that did nothing for this long hangs; every single thing it does is bounded below that, or announces that it takes longer. */
const quietMs = 60_000;

export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/**
 * Keeps a lease alive while the calls under it move, until disposed. `signal` aborts when the lease is lost; whoever holds it must then stop
 * and touch nothing: every write is fenced by the epoch in any case.
 */
export class HeldLease implements AsyncDisposable {
  readonly lease: Lease;
  readonly #abort = new AbortController();
  readonly #cancel = new AbortController();
  readonly #renew: () => Promise<void>;
  /** Until when each call that is under way may be silent, by this process's monotonic clock. */
  readonly #quietUntil = new Map<number, number>();
  readonly #timer: NodeJS.Timeout;
  #validUntil: number;
  #renewal: Promise<void> = Promise.resolve();

  /** @param claim `askedAt`: this process's monotonic clock before it claimed the generation. */
  constructor(
    context: Pick<WorkerContext, 'db' | 'logger'>,
    claim: Lease & { askedAt: number; cancelRequested?: boolean },
    stillWorking: () => void,
  ) {
    this.lease = { generationId: claim.generationId, epoch: claim.epoch };
    this.#validUntil = claim.askedAt + leaseMs;
    if (claim.cancelRequested) this.#cancel.abort();
    this.#renew = () => this.#renewOnce(context, stillWorking);
    this.#timer = setInterval(() => {
      this.#renewal = this.#renew();
    }, renewalMs);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Aborts when the owner of the generation wants it to stop: seen at every renewal. */
  get canceled(): AbortSignal {
    return this.#cancel.signal;
  }

  /** The call moves: it will be heard of again within `withinMs`. While one call is not, the lease is not renewed. */
  beat(call: number, withinMs: number = quietMs): void {
    this.#quietUntil.set(call, performance.now() + withinMs);
  }

  /** The call has ended. */
  rest(call: number): void {
    this.#quietUntil.delete(call);
  }

  /** Renews now: there may be something to see. */
  lookAgain(): void {
    this.#renewal = this.#renewal.then(this.#renew);
  }

  /**
   * Throws when the lease may be over within `forMs` by this process's monotonic clock: after a pause of the whole process the clock has moved
   * on although no timer has run. Asked immediately before anything is paid.
   */
  assertHeld(forMs = 0): void {
    if (this.#abort.signal.aborted || performance.now() + forMs > this.#validUntil) throw new LeaseLostError('the lease is over');
  }

  async #renewOnce({ db, logger }: Pick<WorkerContext, 'db' | 'logger'>, stillWorking: () => void): Promise<void> {
    const askedAt = performance.now();
    if ([...this.#quietUntil.values()].some((until) => until < askedAt)) {
      logger.error('a call hangs, the lease is not renewed');
      if (askedAt > this.#validUntil) this.#abort.abort(new LeaseLostError('a call hangs'));
      return;
    }
    try {
      const renewed = await renewLease(db, this.lease, leaseMs);
      if (renewed) {
        this.#validUntil = askedAt + leaseMs;
        if (renewed.cancelRequested) this.#cancel.abort();
        stillWorking();
      } else this.#abort.abort(new LeaseLostError('the lease belongs to somebody else'));
    } catch (error) {
      logger.warn({ err: error }, 'lease could not be renewed');
      if (askedAt > this.#validUntil) this.#abort.abort(new LeaseLostError('the lease could not be renewed in time'));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewal;
  }
}
