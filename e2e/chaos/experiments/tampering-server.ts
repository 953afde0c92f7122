import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export type Asked = { method: string; path: string };
export type Answer = { status: number; headers: IncomingMessage['headers']; body: Buffer };

/** How one answer is spoilt: it says what it applies to, and ends the response in its own way. */
export type Tampering = { name: string; applies(asked: Asked): boolean; spoil(response: ServerResponse, answer: Answer): void };

/** A server in front of another one that passes everything on, and spoils answers. */
export type TamperingServer = AsyncDisposable & {
  readonly port: number;
  /** For all matching answers, or the next so many; null: none. Returns how often the one before was applied. */
  tamper(tampering: Tampering | null, times?: number): number;
};

export async function startTamperingServer(targetPort: number): Promise<TamperingServer> {
  let current: { tampering: Tampering; left: number; applied: number } | null = null;

  function answer(incoming: Asked, response: ServerResponse, given: Answer): void {
    if (current && current.left > 0 && current.tampering.applies(incoming)) {
      current.left -= 1;
      current.applied += 1;
      current.tampering.spoil(response, given);
      return;
    }
    response.writeHead(given.status, withoutFraming(given.headers));
    response.end(given.body);
  }

  const server = createServer(async (incoming, response) => {
    const { method = 'GET', url: path = '/' } = incoming;
    response.on('error', () => undefined);
    try {
      const body = await buffer(incoming);
      answer({ method, path }, response, await forward({ port: targetPort, method, path, headers: incoming.headers, body }));
    } catch {
      response.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    tamper(tampering, times = Infinity) {
      const before = current?.applied ?? 0;
      current = tampering && { tampering, left: times, applied: 0 };
      return before;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

type Forwarded = { port: number; method: string; path: string; headers: IncomingMessage['headers']; body: Buffer };

async function forward({ port, method, path, headers, body }: Forwarded): Promise<Answer> {
  const outgoing = request({ host: '127.0.0.1', port, method, path, headers: withoutFraming(headers), agent: false });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: incoming.statusCode ?? 502, headers: incoming.headers, body: await buffer(incoming) };
}

/** What belongs to one connection, or to a body that may be replaced. */
function withoutFraming(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const { connection: _, 'transfer-encoding': __, 'content-length': ___, 'keep-alive': ____, ...rest } = headers;
  return rest;
}
