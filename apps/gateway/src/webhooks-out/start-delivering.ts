import { setTimeout as sleep } from 'node:timers/promises';
import { addDeliveries } from '@imagegen/db/queries/add-deliveries';
import { type ClaimedDelivery, claimDeliveries, dueDeliveryAgeSeconds } from '@imagegen/db/queries/claim-deliveries';
import { startBackgroundLoop } from '@imagegen/runtime/background-loop';
import { Gauge } from 'prom-client';
import type { GatewayContext } from '../context.ts';
import { type Delivering, deliver, leaseMs } from './deliver.ts';

/** At once: of this process, and over all of them to one endpoint and for one user. */
const mostUnderWay = 128;
const perEndpoint = 4;
const perUser = 16;
const lookAgainMs = 500;

/** Sends what is due. Any number of replicas share the work; one that stops gives back what it has not finished. */
export function startDelivering(context: Delivering): AsyncDisposable {
  const { db, logger } = context;
  const stop = new AbortController();
  const underWay = new Set<Promise<void>>();

  const start = (delivery: ClaimedDelivery) => {
    const running = deliver(context, delivery, stop.signal)
      // Its lease runs out, and then it is taken again.
      .catch((err: unknown) => logger.warn({ err, delivery_id: delivery.delivery_id }, 'webhook left to its lease'))
      .finally(() => underWay.delete(running));
    underWay.add(running);
  };
  const round = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      const limit = mostUnderWay - underWay.size;
      const claimed = limit > 0 ? await claimDeliveries(db, { limit, perEndpoint, perUser, leaseMs }) : [];
      for (const delivery of claimed) start(delivery);
      if (underWay.size === 0) return;
      // Whoever is done makes room for the next one at its endpoint.
      const pause = new AbortController();
      await Promise.race([...underWay, sleep(lookAgainMs, undefined, { signal: AbortSignal.any([signal, pause.signal]) })]).catch(
        () => undefined,
      );
      pause.abort();
    }
  };
  const loop = startBackgroundLoop({ name: 'deliver-webhooks', everyMs: lookAgainMs, logger, round });
  watchDueAge(context);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await loop[Symbol.asyncDispose]();
      await Promise.all(underWay);
    },
  };
}

function watchDueAge({ db, metrics }: Pick<Delivering, 'db' | 'metrics'>): void {
  new Gauge({
    name: 'imagegen_webhook_due_age_seconds',
    help: 'For how long the longest due webhook has been due, endpoints that are disabled or left alone apart',
    registers: [metrics.registry],
    async collect() {
      this.set(await dueDeliveryAgeSeconds(db).catch(() => Number.NaN));
    },
  });
}

export type DeliveryAdder = AsyncDisposable & { noteEvent: (event: { generation_id: string }) => void };

/** Beyond this many, events are left to what every end of a generation leaves behind. */
const mostNoted = 10_000;

/**
 * Makes webhooks come soon: adds deliveries for generations whose logs are announced to have grown. An announcement that is lost costs time
 * and no delivery, for the end of a generation adds whatever is missing of it.
 */
export function startAddingDeliveries({ db, logger }: Pick<GatewayContext, 'db' | 'logger'>): DeliveryAdder {
  let noted = new Set<string>();
  const loop = startBackgroundLoop({
    name: 'add-webhook-deliveries',
    everyMs: 250,
    logger,
    round: async () => {
      const ids = [...noted];
      noted = new Set();
      await addDeliveries(db, ids);
    },
  });
  return {
    noteEvent: ({ generation_id }) => {
      if (noted.size < mostNoted) noted.add(generation_id);
    },
    [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
  };
}
