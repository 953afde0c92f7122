import type { Provider } from '@imagegen/core/engines/engine';
import { streams } from '@imagegen/core/messages/subjects';
import { JetStreamApiError } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { Bus } from './connect.ts';

const perSubjectLimit = /maximum messages per subject/i;

/**
 * Publishes and waits until the stream has it. The same `messageId` may be published again and is kept once. A doorbell that is still
 * ringing for the subject counts as delivered. Rejects when the stream is full or the server does not answer.
 */
export async function publishDurably({
  bus,
  ...message
}: {
  bus: Bus;
  subject: string;
  payload: object;
  messageId: string;
}): Promise<void> {
  try {
    await bus.jetstream.publish(message.subject, JSON.stringify(message.payload), { msgID: message.messageId });
  } catch (error) {
    if (error instanceof JetStreamApiError && perSubjectLimit.test(error.message)) return;
    throw error;
  }
}

type Message = { subject: string; payload: object; messageId: string };

/**
 * Publishes many and waits for the last one only: a stream takes the messages of one connection in their order, so its answer to the last is
 * an answer to all, at a fraction of the cost. One that the stream refused on its own (it was full for a moment) goes unnoticed, which is
 * good enough for doorbells: the sweeper rings again for what nobody works on.
 */
export async function publishInOrder(bus: Bus, messages: readonly Message[]): Promise<void> {
  const last = messages.at(-1);
  if (!last) return;
  for (const { subject, payload, messageId } of messages.slice(0, -1)) {
    const messageHeaders = headers();
    messageHeaders.set('Nats-Msg-Id', messageId);
    bus.connection.publish(subject, JSON.stringify(payload), { headers: messageHeaders });
  }
  await publishDurably({ bus, ...last });
}

/** Announces without waiting for an answer: for events that the next event, or a look into Postgres, makes up for. */
export function announce(bus: Bus, subject: string, payload: object): void {
  if (!bus.connection.isClosed()) bus.connection.publish(subject, JSON.stringify(payload));
}

/** A JetStream round trip: a server that answers TCP and pings may still be unable to store. */
export async function checkBus(bus: Bus): Promise<void> {
  await bus.manager.getAccountInfo();
}

/** Rings that no worker of this provider has taken yet; 0 also when the stream has been lost. */
export async function countWaitingRings({ manager }: Bus, provider: Provider): Promise<number> {
  try {
    return (await manager.consumers.info(streams.work.name, provider)).num_pending;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return 0;
    throw error;
  }
}
