import type { Bus } from '@imagegen/bus/connect';
import type { Database } from '@imagegen/db/open-database';
import type { Logger } from '@imagegen/runtime/logger';
import type { Vault } from '@imagegen/vault/vault';

export type Sweeping = { db: Database; bus: Bus; vault: Vault; logger: Logger };

/**
 * Looks for one thing that should not stay as it is, and repairs it: a bounded piece a round, and safe with any number of replicas at once.
 * A sweeper that walks through much remembers in its own process how far it got.
 */
export type Sweeper = {
  /** Of the counter of repairs, and of the loop in the log. */
  kind: string;
  everyMs: number;
  /** How many were repaired. */
  sweep: (context: Sweeping, signal: AbortSignal) => Promise<number>;
};
