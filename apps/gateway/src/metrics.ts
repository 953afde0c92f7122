import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = {
  registry: Registry;
  requests: Histogram<'door' | 'method' | 'route' | 'status'>;
  accepted: Counter<'engine' | 'api'>;
  repairs: Counter<'kind'>;
  refusals: Counter<'reason'>;
  webhooks: Counter<'provider' | 'outcome'>;
  webhookDeliveries: Counter<'outcome'>;
  subscribers: Gauge;
};

/** What this process counts. Label values are ours, never a caller's text. */
export function createMetrics(gauges: { outboxAgeSeconds: () => Promise<number> }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'imagegen_outbox_age_seconds',
    help: 'Age of the oldest message that is committed and not yet delivered',
    registers,
    async collect() {
      this.set(await gauges.outboxAgeSeconds().catch(() => Number.NaN));
    },
  });
  return {
    registry,
    requests: new Histogram({
      name: 'imagegen_http_request_duration_seconds',
      help: 'Time to answer, by door and route',
      labelNames: ['door', 'method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    }),
    accepted: new Counter({
      name: 'imagegen_generations_accepted_total',
      help: 'Generations committed',
      labelNames: ['engine', 'api'],
      registers,
    }),
    refusals: new Counter({
      name: 'imagegen_admission_refusals_total',
      help: 'Generations refused for overload: too many open, or too long a wait for their deadline',
      labelNames: ['reason'],
      registers,
    }),
    repairs: new Counter({ name: 'imagegen_sweeper_repairs_total', help: 'What sweepers had to repair', labelNames: ['kind'], registers }),
    webhooks: new Counter({
      name: 'imagegen_provider_webhooks_total',
      help: 'Deliveries of providers: matched, parked, duplicate, forged, or unjudged for want of a key',
      labelNames: ['provider', 'outcome'],
      registers,
    }),
    webhookDeliveries: new Counter({
      name: 'imagegen_webhook_deliveries_total',
      help: 'Attempts at telling callers: delivered, retried later, or failed for good',
      labelNames: ['outcome'],
      registers,
    }),
    subscribers: new Gauge({ name: 'imagegen_live_subscribers', help: 'Open event subscriptions', registers }),
  };
}
