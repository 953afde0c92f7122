/** Wakes whoever works on a generation in this process. It says nothing by itself: what is wanted is written in Postgres. */
export class CancelBell {
  readonly #listeners = new Map<string, () => void>();

  ring(generationId: string): void {
    this.#listeners.get(generationId)?.();
  }

  listen(generationId: string, listener: () => void): Disposable {
    this.#listeners.set(generationId, listener);
    return {
      [Symbol.dispose]: () => {
        if (this.#listeners.get(generationId) === listener) this.#listeners.delete(generationId);
      },
    };
  }
}
