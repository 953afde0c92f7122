import { once } from 'node:events';

type Reply = {
  id: number | null;
  result?: { type: string; data?: unknown };
  error?: { data: { httpStatus: number; error: { code: string; details?: Record<string, unknown> } } };
};

export type SocketCaller = AsyncDisposable & {
  readonly socket: WebSocket;
  /** The close code, once the gateway has closed. */
  readonly closed: Promise<number>;
  /** The result's data, or `[status, code]` of the refusal. */
  call(path: string, input: unknown, method?: 'query' | 'mutation' | 'subscription'): Promise<unknown>;
};

/** For tests: speaks tRPC's WebSocket protocol by hand. `params` null: says nothing about who it is. */
export async function openSocket(url: string, params: Record<string, string> | null): Promise<SocketCaller> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/trpc${params ? '?connectionParams=1' : ''}`);
  const waiting = new Map<number, (reply: Reply) => void>();
  socket.addEventListener('message', ({ data }) => {
    if (data === 'PING') return socket.send('PONG');
    const reply: Reply = JSON.parse(String(data));
    if (reply.result?.type !== 'started') waiting.get(reply.id ?? 0)?.(reply);
  });
  const closed = once(socket, 'close').then(([event]) => (event as CloseEvent).code);
  await once(socket, 'open');
  if (params) socket.send(JSON.stringify({ method: 'connectionParams', data: params }));
  let ids = 0;
  return {
    socket,
    closed,
    async call(path, input, method = 'query') {
      ids += 1;
      const { promise, resolve } = Promise.withResolvers<Reply>();
      waiting.set(ids, resolve);
      socket.send(JSON.stringify({ id: ids, method, params: { path, input } }));
      const { result, error } = await promise;
      return error ? [error.data.httpStatus, error.data.error.code] : result?.data;
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await closed;
    },
  };
}
