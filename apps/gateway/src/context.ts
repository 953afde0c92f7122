import type { Bus } from '@imagegen/bus/connect';
import type { Database } from '@imagegen/db/open-database';
import type { Logger } from '@imagegen/runtime/logger';
import type { Vault } from '@imagegen/vault/vault';
import type { GatewayConfig } from './config.ts';
import type { HealthBoard } from './engines/health-board.ts';
import type { EventHub } from './events/event-hub.ts';
import type { AcceptQueue } from './generations/accept-queue.ts';
import type { ImageLinks } from './generations/image-links.ts';
import type { ApiKeys } from './identity/api-keys.ts';
import type { Authenticator } from './identity/authenticator.ts';
import type { Tickets } from './identity/tickets.ts';
import type { LoraCatalogue } from './library/lora-catalogue.ts';
import type { Admission } from './limits/admission.ts';
import type { QueueAllowance } from './limits/queue-allowance.ts';
import type { RateLimiter } from './limits/rate-limiter.ts';
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
  keys: ApiKeys;
  tickets: Tickets;
  limiter: RateLimiter;
  queue: QueueAllowance;
  admission: Admission;
  loras: LoraCatalogue;
  health: HealthBoard;
  accepting: AcceptQueue;
  events: EventHub;
  links: ImageLinks;
};
