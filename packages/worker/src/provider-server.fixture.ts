import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Received = { method: string; path: string; headers: IncomingHttpHeaders; body: string };

/** `reset` destroys the connection after the whole request was read. A `text` is sent as it is. */
export type Reply = 'reset' | { status?: number; headers?: Record<string, string>; json?: unknown; text?: string };

export type ProviderServer = AsyncDisposable & { readonly url: string; readonly received: readonly Received[] };

/** A provider that answers as the test says and remembers what it was sent. */
export async function startProviderServer(reply: (request: Received) => Reply): Promise<ProviderServer> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString('latin1');
    const call = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
    received.push(call);
    const answer = reply(call);
    if (answer === 'reset') return request.socket.destroy();
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    return response.end(answer.text ?? JSON.stringify(answer.json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
