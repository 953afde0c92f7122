/** One timer for all that is to be done now and then for open connections; none while there are no connections. */
export class Heartbeat {
  readonly #everyMs: number;
  readonly #beats = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Calls `beat`, which must not throw, at every beat until disposed. */
  add(beat: () => void): Disposable {
    this.#beats.add(beat);
    this.#timer ??= setInterval(() => {
      for (const each of this.#beats) each();
    }, this.#everyMs);
    return {
      [Symbol.dispose]: () => {
        this.#beats.delete(beat);
        if (this.#beats.size > 0) return;
        clearInterval(this.#timer);
        this.#timer = undefined;
      },
    };
  }
}

/** Of all event streams and sockets of this process. */
export const connectionHeartbeat = new Heartbeat(15_000);

/** A reader that takes nothing for this long is dropped; it comes back with the id of its last event. */
export const stalledMs = 30_000;
