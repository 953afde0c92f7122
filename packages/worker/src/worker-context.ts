import type { Bus } from '@imagegen/bus/connect';
import type { Database } from '@imagegen/db/open-database';
import type { Logger } from '@imagegen/runtime/logger';
import type { Vault } from '@imagegen/vault/vault';
import type { AdaptiveConcurrency } from './adaptive-concurrency.ts';
import type { CallbackBell } from './callback-bell.ts';
import type { CancelBell } from './cancel-bell.ts';
import type { EngineWatches } from './engine-watches.ts';
import type { ProviderAdapter } from './provider-adapter.ts';
import type { RetryBudget } from './retry-budget.ts';

export type WorkerContext = {
  db: Database;
  bus: Bus;
  vault: Vault;
  logger: Logger;
  adapter: ProviderAdapter;
  /** This process, in leases. */
  owner: string;
  /** `MAX_RUNNING_PER_USER`. */
  maxRunningPerUser: number;
  /** `PROVIDER_WEBHOOK_BASE_URL`; null: polling only. */
  callbackBaseUrl: string | null;
  /** How many generations are worked on at once. */
  concurrency: AdaptiveConcurrency;
  /** How many submissions may be repeated. */
  retryBudget: RetryBudget;
  /** What this process has seen of its engines. */
  watches: EngineWatches;
  /** Rings when somebody wants a generation to stop. */
  cancelBell: CancelBell;
  /** Rings when the provider has called back about a generation. */
  callbackBell: CallbackBell;
  /** Aborted when the process is asked to stop: work that can be resumed is parked. */
  stopping: AbortSignal;
};
