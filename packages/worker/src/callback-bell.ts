import { setTimeout as sleep } from 'node:timers/promises';

/** Sleeps `ms` or until rung; whether it was rung. Resolves early, too, when `signal` aborts. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<boolean>;

/**
 * Wakes whoever waits in this process for what a provider makes of a generation: several calls may. A ring says that it is time to look, and
 * nothing about what will be seen.
 */
export class CallbackBell {
  readonly #listeners = new Map<string, Set<() => void>>();

  ring(generationId: string): void {
    for (const listener of this.#listeners.get(generationId) ?? []) listener();
  }

  /** From now until disposed no ring is missed: one that comes between two pauses ends the next pause at once. */
  listen(generationId: string): Disposable & { pause: Pause } {
    let ringing = new AbortController();
    const listener = () => ringing.abort();
    const listeners = this.#listeners.get(generationId) ?? new Set();
    this.#listeners.set(generationId, listeners.add(listener));
    return {
      async pause(ms, signal) {
        await sleep(ms, undefined, { signal: AbortSignal.any([signal, ringing.signal]) }).catch(() => undefined);
        const { aborted } = ringing.signal;
        if (aborted) ringing = new AbortController();
        return aborted;
      },
      [Symbol.dispose]: () => {
        listeners.delete(listener);
        if (listeners.size === 0 && this.#listeners.get(generationId) === listeners) this.#listeners.delete(generationId);
      },
    };
  }
}
