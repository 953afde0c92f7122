import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { Caller } from '../e2e/gateway-calls.ts';

/** What is told of a log, told when it arrives (epoch milliseconds are the listener's business). */
type OnEvent = (event: { generation_id: string; seq: number; status: string }) => void;

export type Subscription = { caller: Caller; generationId: string; onEvent: OnEvent };

/** Resolves with what ends it, once the gateway has begun to answer. */
type View = (subscription: Subscription) => Promise<() => void>;

const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });

/** The live views of a log, as lean as a client can be: the load generator shares the machine. */
export const liveViews = {
  SSE: (subscription) => stream(subscription, `/api/generations/subscribe?request_ids=${subscription.generationId}`),
  WebSocket: ({ caller, generationId, onEvent }) =>
    socket({ caller, path: '/api/generations/subscribe', first: [{ request_ids: [generationId] }] }, (text) => onEvent(JSON.parse(text))),
  'tRPC SSE': (subscription) => {
    const input = encodeURIComponent(JSON.stringify({ id: subscription.generationId }));
    return stream(subscription, `/trpc/generations.subscribe?input=${input}`);
  },
  'tRPC WebSocket': ({ caller, generationId: id, onEvent }) => {
    const token = caller.headers.authorization?.slice('Bearer '.length);
    const subscribe = { id: 1, method: 'subscription', params: { path: 'generations.subscribe', input: { id } } };
    return socket(
      { caller, path: '/trpc?connectionParams=1', first: [{ method: 'connectionParams', data: { token } }, subscribe] },
      (text) => {
        const data = JSON.parse(text).result?.data?.data;
        if (data) onEvent(data);
      },
    );
  },
} satisfies Record<string, View>;

export type ViewName = keyof typeof liveViews;
export const viewNames = Object.keys(liveViews) as ViewName[];

async function stream({ caller, onEvent }: Subscription, path: string): Promise<() => void> {
  const asked = request(`${caller.url}${path}`, { agent, headers: { ...caller.headers, accept: 'text/event-stream' } });
  asked.on('error', () => undefined).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  if (answer.statusCode !== 200) throw new Error(`${path} was answered ${answer.statusCode}`);
  let text = '';
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: {"generation_id"')) onEvent(JSON.parse(line.slice('data: '.length)));
  });
  answer.on('error', () => undefined);
  return () => asked.destroy();
}

async function socket(
  { caller, path, first }: { caller: Caller; path: string; first: readonly object[] },
  onText: (text: string) => void,
): Promise<() => void> {
  const { authorization = '' } = caller.headers;
  // Node's own takes headers where a browser's takes protocols.
  const connection = new WebSocket(`${caller.url.replace('http', 'ws')}${path}`, { headers: { authorization } } as unknown as string[]);
  connection.addEventListener('message', ({ data }) => (data === 'PING' ? connection.send('PONG') : onText(data)));
  await once(connection, 'open');
  for (const message of first) connection.send(JSON.stringify(message));
  return () => connection.close();
}
