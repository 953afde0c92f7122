import type { EventMessage } from '@imagegen/core/messages/messages';

type Listener = (seq: number) => void;

/**
 * Tells those of this process who wait for a generation that its log has grown. It carries no events: they are read from Postgres, so a
 * missed announcement costs time and never an event.
 */
export class EventHub {
  readonly #listeners = new Map<string, Set<Listener>>();

  get waiting(): number {
    return this.#listeners.size;
  }

  announce({ generation_id, seq }: Pick<EventMessage, 'generation_id' | 'seq'>): void {
    for (const listener of this.#listeners.get(generation_id) ?? []) listener(seq);
  }

  /** Announcements may have been missed: everybody looks again. */
  announceAll(): void {
    for (const listeners of this.#listeners.values()) for (const listener of listeners) listener(Number.MAX_SAFE_INTEGER);
  }

  /** Resolves when the log has grown past `afterSeq`, when `timeoutMs` is over, or when `signal` aborts. */
  changed(generationId: string, wait: { afterSeq: number; timeoutMs: number; signal?: AbortSignal }): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        wait.signal?.removeEventListener('abort', done);
        this.#remove(generationId, listener);
        resolve();
      };
      const listener: Listener = (seq) => {
        if (seq > wait.afterSeq) done();
      };
      const timer = setTimeout(done, wait.timeoutMs);
      wait.signal?.addEventListener('abort', done, { once: true });
      this.#add(generationId, listener);
      if (wait.signal?.aborted) done();
    });
  }

  #add(generationId: string, listener: Listener): void {
    const listeners = this.#listeners.get(generationId) ?? new Set();
    this.#listeners.set(generationId, listeners.add(listener));
  }

  #remove(generationId: string, listener: Listener): void {
    const listeners = this.#listeners.get(generationId);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(generationId);
  }
}
