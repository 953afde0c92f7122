import type { testEvent, WebhookEvent } from '@imagegen/core/webhooks/webhook-event';
import type { Generated } from 'kysely';
import type { Json, NullableTime, Time } from './column-types.ts';

/** Signs what goes to URLs that requests name and nobody has registered. */
type WebhookSecretsTable = { user_id: number; secret: string; previous_secret: string | null; previous_until: NullableTime };

/** Why an endpoint is told nothing: its owner wishes so, it answered 410, or it failed for days. */
export type DisabledReason = 'owner' | 'gone' | 'failing';

type WebhookEndpointsTable = {
  id: string;
  user_id: number;
  /** False: it stands for an origin that requests name in `webhook_url`. */
  registered: boolean;
  /** An origin when it is not registered. */
  url: string;
  description: Generated<string>;
  events: Generated<WebhookEvent[]>;
  secret: string | null;
  /** Signs as well until then. */
  previous_secret: string | null;
  previous_until: NullableTime;
  disabled_at: NullableTime;
  disabled_reason: DisabledReason | null;
  /** In a row. */
  failures: Generated<number>;
  failing_since: NullableTime;
  /** Left alone until then. */
  resume_at: Time;
  created_at: Time;
  updated_at: Time;
};

export type DeliveryStatus = 'pending' | 'sending' | 'delivered' | 'failed';

/** One POST. `status` is null when there was no answer; then `error` says why. */
export type DeliveryAttempt = { at: string; status: number | null; duration_ms: number; error: string | null };

type WebhookDeliveriesTable = {
  id: Generated<number>;
  /** The `webhook-id` header, the same at every attempt. */
  delivery_id: Generated<string>;
  endpoint_id: string;
  user_id: number;
  /** With `seq`, the event; null for a test. */
  generation_id: string | null;
  seq: number | null;
  type: WebhookEvent | typeof testEvent;
  /** Named by the request; null: the endpoint's. */
  url: string | null;
  status: Generated<DeliveryStatus>;
  /** Of the schedule; begins anew when it is delivered again. */
  tries: Generated<number>;
  attempts: Json<DeliveryAttempt[]>;
  next_attempt_at: Time;
  /** Grows with every claim; only who made the last one may say what came of it. */
  claim: Generated<number>;
  lease_until: NullableTime;
  created_at: Time;
  finished_at: NullableTime;
};

export type OutgoingWebhookTables = {
  webhook_secrets: WebhookSecretsTable;
  webhook_endpoints: WebhookEndpointsTable;
  webhook_deliveries: WebhookDeliveriesTable;
};
