import { setTimeout as sleep } from 'node:timers/promises';
import { type EventMessage, eventMessageSchema } from '@imagegen/core/messages/messages';
import { streams } from '@imagegen/core/messages/subjects';
import type { Logger } from '@imagegen/runtime/logger';
import { type ConsumerMessages, DeliverPolicy } from '@nats-io/jetstream';
import type { Bus } from './connect.ts';
import { readJson } from './read-json.ts';
import { ensureStreams } from './streams.ts';

type EventConsumption = {
  bus: Bus;
  logger: Logger;
  onEvent: (event: EventMessage) => void;
  /** Called after every (re)start of the stream: announcements may have been missed before it. */
  onGap: () => void;
};

/** One ordered consumer for the whole process, from now on; restarted whenever it breaks. */
export function consumeEvents({ bus, logger, onEvent, onGap }: EventConsumption): AsyncDisposable {
  const stop = new AbortController();
  let messages: ConsumerMessages | undefined;
  const running = run();

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        const consumer = await bus.jetstream.consumers.get(streams.events.name, { deliver_policy: DeliverPolicy.New });
        // Left to itself the client would quietly go on behind the last sequence number it has seen, whatever the stream holds now.
        messages = await consumer.consume({ max_messages: 500, abort_on_missing_resource: true });
        onGap();
        for await (const message of messages) {
          const parsed = eventMessageSchema.safeParse(readJson(message));
          if (parsed.success) onEvent(parsed.data);
        }
      } catch (error) {
        if (stop.signal.aborted) return;
        logger.warn({ err: error }, 'event stream interrupted');
        await ensureStreams(bus).catch(() => undefined);
      }
      await sleep(500 * (0.5 + Math.random()), undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }

  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await messages?.close();
      await running;
    },
  };
}
