import type { Client } from './create-client.ts';
import { pause } from './retry.ts';

type SubscribeParameters = Parameters<Client['generations']['subscribe']['subscribe']>;
type Observer = SubscribeParameters[1];

/** One event of a generation's log; the last one is the canonical output as well. */
type LiveEvent = Parameters<NonNullable<Observer['onData']>>[0]['data'];

type Watching = { onEvent: (event: LiveEvent) => void; signal?: AbortSignal | undefined };

/** Breaks in a row, without an event between them, after which the stream is not tried again. */
const maxBreaks = 3;
const firstPauseMs = 100;
const connectLimitMs = 10_000;

/**
 * Tells every event of a generation, in order and once, however often the connection breaks. Resolves after the last event, or when the
 * stream broke three times in a row: whoever must know asks for the status then. Rejects with the signal's reason and nothing else.
 */
export async function watchEvents(client: Client, id: string, { onEvent, signal }: Watching): Promise<void> {
  let breaks = 0;
  let last: { id: string; data: LiveEvent } | undefined;
  while (breaks < maxBreaks) {
    signal?.throwIfAborted();
    await watchOnce(
      client,
      { id, lastEventId: last?.id ?? null },
      {
        signal,
        onData: (event) => {
          last = event;
          breaks = 0;
          onEvent(event.data);
        },
      },
    );
    if (last?.data.type === 'completed' || last?.data.type === 'failed') return;
    await pause(firstPauseMs * 2 ** breaks, signal);
    breaks += 1;
  }
}

/**
 * One connection, until it ends for whatever reason. Reconnecting is left to the caller: an EventSource waits for seconds before it does,
 * and never gives up.
 */
async function watchOnce(client: Client, input: SubscribeParameters[0], observer: Pick<Observer, 'onData' | 'signal'>): Promise<void> {
  const ending = new AbortController();
  const end = () => ending.abort();
  const limit = setTimeout(end, connectLimitMs);
  const ended = observer.signal ? AbortSignal.any([observer.signal, ending.signal]) : ending.signal;
  const subscription = client.generations.subscribe.subscribe(input, {
    onData: observer.onData,
    onStarted: () => clearTimeout(limit),
    onComplete: end,
    onError: end,
    onConnectionStateChange: ({ state, error }) => {
      if (state === 'connecting' && error) end();
    },
  });
  if (!ended.aborted) await new Promise((resolve) => ended.addEventListener('abort', resolve, { once: true }));
  subscription.unsubscribe();
  clearTimeout(limit);
}
