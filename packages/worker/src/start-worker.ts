import { connectBus } from '@imagegen/bus/connect';
import { consumeWork } from '@imagegen/bus/consume-work';
import { hearCallbacks } from '@imagegen/bus/hear-callbacks';
import { hearCancels } from '@imagegen/bus/hear-cancels';
import { checkBus } from '@imagegen/bus/publish';
import { ensureStreams } from '@imagegen/bus/streams';
import type { KeyPresence } from '@imagegen/core/routing/engine-health';
import { migrate } from '@imagegen/db/migrate';
import { checkDatabase, openDatabase } from '@imagegen/db/open-database';
import { startHealthServer } from '@imagegen/runtime/health-server';
import { createLogger } from '@imagegen/runtime/logger';
import { openVault } from '@imagegen/vault/open-vault';
import { AdaptiveConcurrency } from './adaptive-concurrency.ts';
import { CallbackBell } from './callback-bell.ts';
import { CancelBell } from './cancel-bell.ts';
import { EngineWatches } from './engine-watches.ts';
import { startHeartbeat } from './heartbeat.ts';
import type { ProviderAdapter } from './provider-adapter.ts';
import { RetryBudget } from './retry-budget.ts';
import { runGeneration } from './run-generation.ts';
import type { WorkerConfig } from './worker-config.ts';
import type { WorkerContext } from './worker-context.ts';

/**
 * A provider's service: everything but the provider. Disposing it parks what can be resumed and lets paid calls finish. Without a key it
 * only says so: it is not ready, takes no work, and the gateway routes around it.
 */
export async function startWorker(config: WorkerConfig, adapter: ProviderAdapter, key: KeyPresence): Promise<AsyncDisposable> {
  await using started = new AsyncDisposableStack();
  const logger = createLogger(adapter.provider, config.logLevel);
  const stopping = new AbortController();

  const db = openDatabase({
    url: config.databaseUrl,
    applicationName: adapter.provider,
    poolSize: config.concurrency + 4,
    connectWithinMs: 5_000,
    onIdleError: (err) => logger.warn({ err }, 'database connection lost'),
  });
  started.defer(() => db.destroy());
  await migrate(db);
  const vault = await openVault(config.vault);
  const bus = started.use(await connectBus({ url: config.natsUrl, name: adapter.provider, logger }));
  await ensureStreams(bus);

  const context: WorkerContext = {
    ...config,
    db,
    bus,
    vault,
    logger,
    adapter,
    concurrency: new AdaptiveConcurrency(config.concurrency),
    retryBudget: new RetryBudget(),
    watches: new EngineWatches(config.breakerMinCalls),
    cancelBell: new CancelBell(),
    callbackBell: new CallbackBell(),
    stopping: stopping.signal,
  };
  const startedAt = new Date().toISOString();
  let running = 0;
  started.use(
    startHeartbeat({
      db,
      logger,
      own: () => ({
        provider: adapter.provider,
        instance: config.owner,
        version: config.version,
        started_at: startedAt,
        key,
        concurrency: context.concurrency.limit,
        running,
        engines: context.watches.report(),
      }),
    }),
  );
  started.use(hearCancels({ bus, provider: adapter.provider, onCancel: (generationId) => context.cancelBell.ring(generationId) }));
  started.use(hearCallbacks({ bus, provider: adapter.provider, onCallback: (generationId) => context.callbackBell.ring(generationId) }));
  if (key !== 'missing') {
    started.use(
      consumeWork({
        bus,
        provider: adapter.provider,
        concurrency: config.concurrency,
        places: context.concurrency,
        logger,
        async handle(generationId, stillWorking) {
          running += 1;
          await runGeneration(context, generationId, stillWorking).finally(() => {
            running -= 1;
          });
        },
      }),
    );
  }
  started.defer(() => stopping.abort());
  const health = started.use(
    await startHealthServer(config.healthPort, {
      postgres: () => checkDatabase(db),
      nats: () => checkBus(bus),
      vault: () => vault.check(),
      ...(key === 'missing' && { key: () => Promise.reject(new Error('there is no key')) }),
    }),
  );
  if (key === 'missing') logger.error({ port: health.port }, 'there is no key: taking no work');
  else logger.info({ port: health.port, concurrency: config.concurrency }, 'working');
  return started.move();
}
