import type { Executor } from '@imagegen/db/open-database';
import { touchKeys } from '@imagegen/db/queries/identity';
import { startBackgroundLoop } from '@imagegen/runtime/background-loop';
import type { Logger } from '@imagegen/runtime/logger';

/** Remembers which keys were used and notes it now and then, so that no request waits for it. */
export class KeyUsage {
  readonly #used = new Set<string>();

  note(keyId: string): void {
    this.#used.add(keyId);
  }

  async flush(db: Executor): Promise<void> {
    const ids = [...this.#used];
    this.#used.clear();
    if (ids.length > 0) await touchKeys(db, ids);
  }
}

export function startKeyUsage(usage: KeyUsage, { db, logger }: { db: Executor; logger: Logger }): AsyncDisposable {
  return startBackgroundLoop({ name: 'key-usage', everyMs: 5_000, logger, round: () => usage.flush(db) });
}
