import type { EventMessage } from '@imagegen/core/messages/messages';

/** Told that the log of a generation has reached `seq`; of an unknown seq, the largest number. */
type Listener = (generationId: string, seq: number) => void;

/** Looked at without an announcement this often: a lost one costs seconds, not the event. */
const lookAgainMs = 5_000;

/**
 * Tells those of this process who wait for generations that a log has grown. It carries no events: they are read from Postgres, so a
 * missed announcement costs time and never an event. One timer has everybody look again.
 */
export class EventHub implements Disposable {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #timer = setInterval(() => this.announceAll(), lookAgainMs).unref();

  /** Generations that somebody waits for. */
  get waiting(): number {
    return this.#listeners.size;
  }

  announce({ generation_id, seq }: Pick<EventMessage, 'generation_id' | 'seq'>): void {
    for (const listener of this.#listeners.get(generation_id) ?? []) listener(generation_id, seq);
  }

  /** Announcements may have been missed: everybody looks again. */
  announceAll(): void {
    for (const [generationId, listeners] of this.#listeners) {
      for (const listener of listeners) listener(generationId, Number.MAX_SAFE_INTEGER);
    }
  }

  /** Until disposed. */
  listen(generationIds: readonly string[], listener: Listener): Disposable {
    for (const id of generationIds) this.#listeners.set(id, (this.#listeners.get(id) ?? new Set()).add(listener));
    return {
      [Symbol.dispose]: () => {
        for (const id of generationIds) this.#remove(id, listener);
      },
    };
  }

  /**
   * Resolves when the log may have grown past `afterSeq`, when `timeoutMs` is over, or when `signal` aborts. Everybody is told to look again
   * now and then: nothing may have happened.
   */
  changed(generationId: string, wait: { afterSeq: number; timeoutMs: number; signal?: AbortSignal }): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        wait.signal?.removeEventListener('abort', done);
        listening[Symbol.dispose]();
        resolve();
      };
      const listening = this.listen([generationId], (_, seq) => {
        if (seq > wait.afterSeq) done();
      });
      const timer = setTimeout(done, wait.timeoutMs);
      wait.signal?.addEventListener('abort', done, { once: true });
      if (wait.signal?.aborted) done();
    });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #remove(generationId: string, listener: Listener): void {
    const listeners = this.#listeners.get(generationId);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(generationId);
  }
}
