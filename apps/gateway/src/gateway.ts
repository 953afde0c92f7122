import { connectBus } from '@imagegen/bus/connect';
import { consumeEvents } from '@imagegen/bus/consume-events';
import { ensureStreams } from '@imagegen/bus/streams';
import type { EventMessage } from '@imagegen/core/messages/messages';
import { migrate } from '@imagegen/db/migrate';
import { openDatabase } from '@imagegen/db/open-database';
import { outboxAgeSeconds } from '@imagegen/db/queries/outbox';
import { createLogger } from '@imagegen/runtime/logger';
import { openVault } from '@imagegen/vault/open-vault';
import type { GatewayConfig } from './config.ts';
import type { GatewayContext } from './context.ts';
import { startReadingProviderCaps } from './credits/read-provider-caps.ts';
import { HealthBoard, startReadingHealth } from './engines/health-board.ts';
import { startMovingStranded } from './engines/move-stranded.ts';
import { EventHub } from './events/event-hub.ts';
import { LogReader } from './events/log-reader.ts';
import { AcceptQueue } from './generations/accept-queue.ts';
import { ImageLinks } from './generations/image-links.ts';
import { startServer } from './http/server.ts';
import { ensureDevelopmentKeys } from './identity/development-keys.ts';
import { openIdentity } from './identity/open-identity.ts';
import { startCountingOutcomes } from './insight/count-outcomes.ts';
import { LoraCatalogue } from './library/lora-catalogue.ts';
import { Admission, startLookingAtBacklog } from './limits/admission.ts';
import { QueueAllowance } from './limits/queue-allowance.ts';
import { RateLimiter } from './limits/rate-limiter.ts';
import { createMetrics } from './metrics.ts';
import { startOutboxRelay } from './relay/outbox-relay.ts';
import { createRinger } from './relay/ring-accepted.ts';
import { startSweepers } from './sweepers/start-sweepers.ts';
import { startInboxSweepers } from './webhooks/receive-callback.ts';
import { startAddingDeliveries, startDelivering } from './webhooks-out/start-delivering.ts';

/** The HTTP door with everything behind it. Stateless: any number of them may run side by side. */
export async function startGateway(config: GatewayConfig): Promise<AsyncDisposable> {
  await using started = new AsyncDisposableStack();
  const logger = createLogger('gateway', config.logLevel);
  const db = openDatabase({
    url: config.databaseUrl,
    applicationName: 'gateway',
    poolSize: config.databasePoolSize,
    // A caller is told to come back rather than kept waiting.
    connectWithinMs: 1_000,
    onIdleError: (err) => logger.warn({ err }, 'database connection lost'),
  });
  started.defer(() => db.destroy());
  await migrate(db);
  if (config.development) await ensureDevelopmentKeys(db);
  const vault = await openVault(config.vault);
  const bus = started.use(await connectBus({ url: config.natsUrl, name: 'gateway', logger }));
  await ensureStreams(bus);

  const metrics = createMetrics({ outboxAgeSeconds: () => outboxAgeSeconds(db) });
  const events = started.use(new EventHub());
  const deliveries = started.use(startAddingDeliveries({ db, logger }));
  const onEvent = (event: EventMessage) => {
    events.announce(event);
    deliveries.noteEvent(event);
  };
  started.use(consumeEvents({ bus, logger, onEvent, onGap: () => events.announceAll() }));
  started.use(startOutboxRelay({ db, bus, logger, metrics }));
  const ringer = started.use(createRinger({ db, bus, logger }));
  for (const sweeper of startSweepers({ db, bus, vault, logger, metrics })) started.use(sweeper);
  for (const sweeper of startInboxSweepers({ db, bus, logger, metrics })) started.use(sweeper);
  started.use(startCountingOutcomes({ db, logger }));

  const health = new HealthBoard();
  started.use(startReadingHealth(health, { db, logger }));
  const { dailyCapPerProviderMicros: capMicros } = config.credits;
  if (capMicros !== null) started.use(startReadingProviderCaps(health, { db, logger, capMicros }));
  started.use(startMovingStranded({ db, logger, metrics, health }));

  const admission = new Admission(config.limits.maxQueued, metrics);
  started.use(startLookingAtBacklog(admission, { db, logger }));

  const identity = started.use(openIdentity({ config, db, logger }));
  const links = new ImageLinks(
    config.imageBaseUrl ?? config.publicBaseUrl ?? `http://${config.host}:${config.port}`,
    config.imageSigningSecret,
  );
  const context: GatewayContext = {
    config,
    db,
    bus,
    vault,
    logger,
    metrics,
    authenticator: identity.authenticator,
    keys: identity.keys,
    tickets: identity.tickets,
    limiter: new RateLimiter(db, config.limits.calls),
    queue: new QueueAllowance(db, config.limits.maxQueuedPerUser),
    admission,
    loras: new LoraCatalogue(db),
    health,
    accepting: new AcceptQueue(db, ringer.ring, config.credits),
    events,
    links,
    logs: new LogReader(db, links),
  };
  started.use(startDelivering(context));
  const server = started.use(await startServer(context));
  logger.info({ url: server.url }, 'listening');
  return started.move();
}
