import { setTimeout as sleep } from 'node:timers/promises';
import type { Provider } from '@imagegen/core/engines/engine';
import { requestedMessageSchema } from '@imagegen/core/messages/messages';
import { streams } from '@imagegen/core/messages/subjects';
import type { Logger } from '@imagegen/runtime/logger';
import type { Consumer, JsMsg } from '@nats-io/jetstream';
import type { Bus } from './connect.ts';
import { readJson } from './read-json.ts';
import { ensureStreams } from './streams.ts';

type WorkConsumption = {
  bus: Bus;
  provider: Provider;
  /** How many generations are worked on at once; no message is taken without a free place. */
  concurrency: number;
  /** Whoever takes a message needs a place here first, and keeps it until the message is worked off; absent: there are enough. */
  places?: { enter: (stop: AbortSignal) => Promise<Disposable> };
  logger: Logger;
  /** Resolves when nothing more is to be done for this ring. `stillWorking` keeps the message ours; call it while there is progress. */
  handle: (generationId: string, stillWorking: () => void) => Promise<void>;
};

const pullMs = 20_000;

/**
 * Takes one message per free lane, hands it on, and acknowledges it with confirmation. A ring whose handler fails is acknowledged too:
 * what should be tried again is written in Postgres, and the sweeper rings for it.
 */
export function consumeWork(work: WorkConsumption): AsyncDisposable {
  const stop = new AbortController();
  const lanes = Array.from({ length: work.concurrency }, () => runLane(work, stop.signal));
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(lanes);
    },
  };
}

async function runLane(work: WorkConsumption, stop: AbortSignal): Promise<void> {
  const stopped = new Promise<null>((resolve) => stop.addEventListener('abort', () => resolve(null), { once: true }));
  let consumer: Consumer | undefined;
  let failures = 0;
  while (!stop.aborted) {
    try {
      using _place = await work.places?.enter(stop);
      consumer ??= await work.bus.jetstream.consumers.get(streams.work.name, work.provider);
      const pulled = consumer.next({ expires: pullMs });
      const message = await Promise.race([pulled, stopped]);
      if (message) await deliver(work, message);
      else if (stop.aborted) void pulled.then((late) => late?.nak()).catch(() => undefined);
      failures = 0;
    } catch (error) {
      if (stop.aborted) return;
      failures += 1;
      consumer = undefined;
      work.logger.warn({ err: error, failures }, 'cannot take work from NATS');
      await sleep(Math.min(5_000, 200 * 2 ** failures) * (0.5 + Math.random()), undefined, { signal: stop }).catch(() => undefined);
      await ensureStreams(work.bus).catch(() => undefined);
    }
  }
}

async function deliver(work: WorkConsumption, message: JsMsg): Promise<void> {
  const parsed = requestedMessageSchema.safeParse(readJson(message));
  if (!parsed.success) {
    work.logger.error({ subject: message.subject }, 'message not understood');
    message.term('not understood');
    return;
  }
  try {
    await work.handle(parsed.data.generation_id, () => message.working());
  } catch (error) {
    work.logger.error({ err: error, generation_id: parsed.data.generation_id }, 'generation could not be worked on');
  }
  await message.ackAck();
}
