import type { GenerationOutput } from '@imagegen/client/procedure-types';
import { EventSource } from 'eventsource';
import { type ErrorEvent, WebSocket } from 'undici';
import type { HttpDoor } from './http-door.ts';

export type LiveEvent = GenerationOutput & { id?: string; type: string; seq: number; at: string };
export type StreamedEvent = { id: string; data: LiveEvent };

export function openEvents(door: HttpDoor, ids: readonly string[], lastEventId?: string): Promise<Response> {
  return fetch(`${door.url}/api/generations/subscribe?request_ids=${ids.join(',')}`, {
    headers: { authorization: `Bearer ${door.key}`, ...(lastEventId && { 'last-event-id': lastEventId }) },
  });
}

/** Everything up to the end of the stream. */
export async function collectEvents(answer: Response): Promise<{ status: number; events: StreamedEvent[] }> {
  const blocks = (await answer.text()).split('\n\n').filter((block) => block.includes('data: '));
  return { status: answer.status, events: blocks.map(readBlock) };
}

function readBlock(block: string): StreamedEvent {
  const field = (name: string) =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? '';
  return { id: field('id'), data: JSON.parse(field('data')) };
}

/** All messages until the server closes, and its close code. Rejects when the connection is refused. */
export function subscribeOverSocket(door: HttpDoor, subscription: unknown, query = ''): Promise<{ messages: LiveEvent[]; code: number }> {
  const url = `${door.url.replace('http', 'ws')}/api/generations/subscribe${query}`;
  const socket = new WebSocket(url, { headers: door.key ? { authorization: `Bearer ${door.key}` } : {} });
  const messages: LiveEvent[] = [];
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => socket.send(typeof subscription === 'string' ? subscription : JSON.stringify(subscription)));
    socket.addEventListener('message', ({ data }) => messages.push(JSON.parse(String(data))));
    socket.addEventListener('close', ({ code }) => resolve({ messages, code }));
    socket.addEventListener('error', ({ error }: ErrorEvent) => reject(error));
  });
}

/** What a browser's EventSource hears until it closes for good, and the status that made it. */
export function followWithEventSource(
  door: HttpDoor,
  ids: readonly string[],
): Promise<{ events: LiveEvent[]; lastStatus: number | undefined }> {
  const source = new EventSource(`${door.url}/api/generations/subscribe?request_ids=${ids.join(',')}`, {
    fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${door.key}` } }),
  });
  const events: LiveEvent[] = [];
  return new Promise((resolve) => {
    source.addEventListener('message', ({ data }) => events.push(JSON.parse(data)));
    source.addEventListener('error', ({ code }) => source.readyState === EventSource.CLOSED && resolve({ events, lastStatus: code }));
  });
}
