import { testEvent, type WebhookEvent, webhookEvents } from '@imagegen/core/webhooks/webhook-event';
import { webhookUrlSchema } from '@imagegen/core/webhooks/webhook-url';
import * as z from 'zod';

const event = z.enum(webhookEvents as readonly [WebhookEvent, ...WebhookEvent[]]);
const id = z.string().min(1).max(64);
const changes = {
  url: webhookUrlSchema,
  description: z.string().trim().max(200),
  events: z.array(event).min(1).max(webhookEvents.length).meta({ description: 'Default: how generations end.' }),
  enabled: z.boolean(),
};

export const newEndpointSchema = z.strictObject({ url: changes.url, ...z.object(changes).omit({ url: true }).partial().shape });
export const endpointChangesSchema = z.strictObject(z.object(changes).partial().shape);
export const endpointIdSchema = z.strictObject({ id });
export const changedEndpointSchema = z.strictObject({ id, ...endpointChangesSchema.shape });
/** Without an id: the default secret, for URLs that requests name. */
export const rotationSchema = z.strictObject({ id: id.optional() });

export const endpointSchema = z.object({
  id,
  url: z.string(),
  description: z.string(),
  events: z.array(event),
  enabled: z.boolean(),
  disabled_reason: z
    .enum(['owner', 'gone', 'failing'])
    .nullable()
    .meta({ description: 'gone: it answered 410. failing: nothing went well for three days.' }),
  failing_since: z.string().nullable(),
  previous_secret_until: z.string().nullable().meta({ description: 'Until then the secret before the present one signs as well.' }),
  created_at: z.string(),
  updated_at: z.string(),
});
export const secretEndpointSchema = endpointSchema.extend({
  secret: z.string().meta({ description: 'Signs what is sent there; shown this once.' }),
});
export const endpointListSchema = z.object({ endpoints: z.array(endpointSchema) });
export const deletedEndpointSchema = z.object({ id, deleted: z.literal(true) });
export const rotatedSecretSchema = z.object({
  id: id.nullable().meta({ description: 'null: your default secret.' }),
  secret: z.string().meta({ description: 'Shown this once.' }),
  previous_secret_until: z.string().nullable(),
});

export const failingEndpointsSchema = z.object({
  endpoints: z.array(
    z.object({
      id,
      user_id: z.number(),
      user: z.string(),
      registered: z.boolean(),
      host: z.string().meta({ description: 'The path may hold a secret of its owner.' }),
      failures: z.number().meta({ description: 'In a row' }),
      failing_since: z.string().nullable(),
      disabled_reason: z.enum(['owner', 'gone', 'failing']).nullable(),
      pending: z.number().meta({ description: 'Deliveries that wait for it' }),
    }),
  ),
});

export const deliveryQuerySchema = z.strictObject({
  endpoint_id: id.optional(),
  generation_id: id.optional(),
  status: z.enum(['pending', 'delivered', 'failed']).optional(),
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().min(1).max(64).optional().meta({ description: 'The next_cursor of the page before.' }),
});
export const deliveryIdSchema = z.strictObject({ id });
export const deliverySchema = z.object({
  id: id.meta({ description: 'The `webhook-id` header, the same at every attempt.' }),
  endpoint_id: id.nullable().meta({ description: 'null: to the URL of the request.' }),
  url: z.string().nullable().meta({ description: 'Of the request; null: that of the endpoint.' }),
  generation_id: z.string().nullable(),
  seq: z.number().nullable().meta({ description: 'Its place in the log of the generation.' }),
  type: z.enum([...webhookEvents, testEvent]),
  status: z.enum(['pending', 'delivered', 'failed']),
  attempts: z
    .array(z.object({ at: z.string(), status: z.number().nullable(), duration_ms: z.number(), error: z.string().nullable() }))
    .meta({ description: 'The last twenty, oldest first.' }),
  next_attempt_at: z.string().nullable(),
  created_at: z.string(),
  finished_at: z.string().nullable(),
});
export const deliveryListSchema = z.object({ items: z.array(deliverySchema), next_cursor: z.string().nullable() });
