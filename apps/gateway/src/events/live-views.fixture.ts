import { on, once } from 'node:events';

/** An event with the id to continue from. */
export type Heard = { id: string; seq: number; type: string; status: string; progress: number; [field: string]: unknown };

/** What is asked of a gateway: the events of one generation, after one that was heard. */
export type Asked = { url: string; key: string; generationId: string; lastEventId: string | undefined };

/** For tests: one way to hear the log of a generation. Leaving the loop hangs up; it ends when the gateway ends, breaks or refuses it. */
export type View = (asked: Asked) => AsyncGenerator<Heard, void>;

async function* plainStream({ url, key, generationId, lastEventId }: Asked): AsyncGenerator<Heard, void> {
  const headers = { authorization: `Bearer ${key}`, ...(lastEventId && { 'last-event-id': lastEventId }) };
  for await (const { id, data } of serverSent(`${url}/api/generations/subscribe?request_ids=${generationId}`, headers))
    yield { ...(data as Heard), id };
}

async function* trpcStream({ url, key, generationId: id, lastEventId }: Asked): AsyncGenerator<Heard, void> {
  const input = encodeURIComponent(JSON.stringify({ id, ...(lastEventId && { lastEventId }) }));
  const headers = { authorization: `Bearer ${key}`, accept: 'text/event-stream' };
  for await (const event of serverSent(`${url}/trpc/generations.subscribe?input=${input}`, headers))
    yield { ...(event.data as Heard), id: event.id };
}

async function* plainSocket({ url, key, generationId, lastEventId }: Asked): AsyncGenerator<Heard, void> {
  const address = `${url.replace('http', 'ws')}/api/generations/subscribe`;
  // Node's own takes headers where a browser's takes protocols.
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${key}` } } as unknown as string[]);
  const first = { request_ids: [generationId], ...(lastEventId && { last_event_id: lastEventId }) };
  for await (const message of messagesOf(socket, [first])) {
    if ((message as Heard).type === 'error') return;
    yield message as Heard;
  }
}

async function* trpcSocket({ url, key, generationId: id, lastEventId }: Asked): AsyncGenerator<Heard, void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/trpc?connectionParams=1`);
  const input = { id, ...(lastEventId && { lastEventId }) };
  const first = [
    { method: 'connectionParams', data: { token: key } },
    { id: 1, method: 'subscription', params: { path: 'generations.subscribe', input } },
  ];
  for await (const message of messagesOf(socket, first)) {
    const { result } = message as { result?: { type: string; data?: { id: string; data: Heard } } };
    if (!result || result.type === 'stopped') return;
    if (result.data) yield { ...result.data.data, id: result.data.id };
  }
}

export const views: Record<string, View> = {
  'server-sent events': plainStream,
  'a WebSocket': plainSocket,
  'tRPC over server-sent events': trpcStream,
  'tRPC over a WebSocket': trpcSocket,
};

/** Events with an id, to the end or the break of the answer. */
async function* serverSent(url: string, headers: Record<string, string>): AsyncGenerator<{ id: string; data: unknown }, void> {
  const hangUp = new AbortController();
  try {
    const { body, ok } = await fetch(url, { headers, signal: hangUp.signal });
    if (!ok) return;
    let text = '';
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, id] = /^id: (.*)$/m.exec(block) ?? [];
        const [, data] = /^data: (.*)$/m.exec(block) ?? [];
        if (id && data) yield { id, data: JSON.parse(data) };
      }
    }
  } catch {
    // Broken off, or the gateway is away: whoever listens comes back.
  } finally {
    hangUp.abort();
  }
}

/** Everything said over a socket, as objects, until it closes. */
async function* messagesOf(socket: WebSocket, first: readonly object[]): AsyncGenerator<unknown, void> {
  try {
    const messages = on(socket, 'message', { close: ['close', 'error'] });
    await Promise.race([once(socket, 'open'), once(socket, 'close')]);
    for (const message of first) socket.send(JSON.stringify(message));
    for await (const [{ data }] of messages) if (data !== 'PING') yield JSON.parse(data);
  } catch {
    // As above.
  } finally {
    socket.close();
  }
}
