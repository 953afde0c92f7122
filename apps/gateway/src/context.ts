import type { Bus } from '@imagegen/bus/connect';
import type { Database } from '@imagegen/db/open-database';
import type { Logger } from '@imagegen/runtime/logger';
import type { Vault } from '@imagegen/vault/vault';
import type { GatewayConfig } from './config.ts';
import type { EventHub } from './events/event-hub.ts';
import type { AcceptQueue } from './generations/accept-queue.ts';
import type { ImageLinks } from './generations/image-links.ts';
import type { Authenticator } from './identity/authenticator.ts';
import type { LoraCatalogue } from './library/lora-catalogue.ts';
import type { Metrics } from './metrics.ts';

/** Everything that is built once. Use cases take the few members they need. */
export type GatewayContext = {
  config: GatewayConfig;
  db: Database;
  bus: Bus;
  vault: Vault;
  logger: Logger;
  metrics: Metrics;
  authenticator: Authenticator;
  loras: LoraCatalogue;
  accepting: AcceptQueue;
  events: EventHub;
  links: ImageLinks;
};
