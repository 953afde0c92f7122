import type { GenerationOutput } from '@imagegen/client/procedure-types';
import type { HttpDoor } from './http-door.ts';

export type StreamedEvent = {
  id: string;
  data: Partial<GenerationOutput> & { seq: number; type: string; status: string; progress: number };
};

type Subscription = { id: string; lastEventId?: string };

/** What stands between one caller and the events of one generation: the answer, and its events as they come. */
export type EventStream = AsyncDisposable & {
  readonly status: number;
  events(): AsyncGenerator<StreamedEvent, void>;
  /** All of it, as it came. */
  text(): Promise<string>;
};

/** `generations.subscribe` as an EventSource asks for it; disposing hangs up. */
export async function openEventStream(door: HttpDoor, subscription: Subscription): Promise<EventStream> {
  const hangUp = new AbortController();
  const input = encodeURIComponent(JSON.stringify(subscription));
  const answer = await fetch(`${door.url}/trpc/generations.subscribe?input=${input}`, {
    headers: { accept: 'text/event-stream', ...(door.key && { authorization: `Bearer ${door.key}` }) },
    signal: hangUp.signal,
  });
  return {
    status: answer.status,
    events: () => readEvents(answer),
    text: () => answer.text(),
    [Symbol.asyncDispose]: async () => hangUp.abort(),
  };
}

/** Every event to the end of the stream. */
export async function readToEnd(door: HttpDoor, subscription: Subscription): Promise<StreamedEvent[]> {
  await using stream = await openEventStream(door, subscription);
  const events: StreamedEvent[] = [];
  for await (const event of stream.events()) events.push(event);
  return events;
}

/** Events that carry an id, by the rules of text/event-stream; tRPC's own (`connected`, `ping`, `return`) carry none. */
async function* readEvents(answer: Response): AsyncGenerator<StreamedEvent, void> {
  let buffered = '';
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    buffered += chunk;
    const blocks = buffered.split('\n\n');
    buffered = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const id = field('id');
      if (field('event') === 'return') return;
      if (id !== undefined) yield { id, data: JSON.parse(field('data') ?? '') as StreamedEvent['data'] };
    }
  }
}
