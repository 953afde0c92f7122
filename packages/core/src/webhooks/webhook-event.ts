import { type EventType, eventTypes } from '../generation/event.ts';

/** What an endpoint can be told of: every event of a generation's log. */
export type WebhookEvent = `generation.${EventType}`;

function webhookEventOf<Type extends EventType>(type: Type): `generation.${Type}` {
  return `generation.${type}`;
}

export const webhookEvents: readonly WebhookEvent[] = eventTypes.map(webhookEventOf);

/** What an endpoint is told of unless it asks for more: how generations end. */
export const terminalWebhookEvents: readonly WebhookEvent[] = (['completed', 'failed'] as const).map(webhookEventOf);

/** A sample that an owner asks for; it belongs to no generation. */
export const testEvent = 'webhook.test';
