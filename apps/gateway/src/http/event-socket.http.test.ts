import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { acceptSockets } from './accept-sockets.ts';
import { sendOverSocket } from './event-socket.ts';
import { Heartbeat } from './heartbeat.ts';

/** Masked, empty (RFC 6455, 5.2). */
const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

let app: FastifyInstance;
afterEach(() => app.close());

/** Serves `messages`; how many were pulled, how much was buffered at most, and the close code when it is over. */
async function serve(messages: () => AsyncIterable<object>) {
  const seen = { pulled: 0, bufferedBytes: 0 };
  const ended = Promise.withResolvers<number>();
  app = fastify({ forceCloseConnections: true });
  await acceptSockets(app, 1024);
  app.route({
    method: 'GET',
    url: '/',
    handler: async () => '',
    wsHandler: async (socket) => {
      socket.once('close', ended.resolve);
      async function* counted() {
        for await (const message of messages()) {
          if (socket.readyState !== socket.OPEN) return;
          seen.pulled += 1;
          seen.bufferedBytes = Math.max(seen.bufferedBytes, socket.bufferedAmount);
          yield message;
        }
      }
      await sendOverSocket(socket, counted(), { stalledMs: 200, heartbeat: new Heartbeat(50) });
      socket.close(1000);
    },
  });
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }), seen, ended: ended.promise };
}

/** A connection that speaks no WebSocket once it is one: it answers no ping. */
async function connect(url: string): Promise<Socket> {
  const key = Buffer.alloc(16).toString('base64');
  const upgrade = request(url, {
    headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': key },
  });
  upgrade.end();
  const [, socket] = (await once(upgrade, 'upgrade')) as [unknown, Socket];
  return socket.on('error', () => undefined);
}

async function* endless(): AsyncGenerator<object> {
  for (let seq = 1; ; seq += 1) yield { seq, padding: 'x'.repeat(64 * 1024) };
}

it('sends each message, and ends', async () => {
  const { url } = await serve(async function* () {
    yield { seq: 1 };
    yield { seq: 2 };
  });
  const heard: string[] = [];
  const caller = new WebSocket(url.replace('http', 'ws'));
  caller.addEventListener('message', ({ data }) => heard.push(String(data)));
  await once(caller, 'close');
  expect(heard).toEqual(['{"seq":1}', '{"seq":2}']);
});

it('drops a reader that takes nothing although it answers pings it cannot have read, and holds less than a megabyte for it', async () => {
  const { url, seen, ended } = await serve(endless);
  const caller = await connect(url);
  caller.pause();
  const pongs = setInterval(() => caller.write(pong), 10);
  expect(await ended).toBe(1006);
  clearInterval(pongs);
  expect(seen.bufferedBytes).toBeLessThan(1024 * 1024);
  expect(seen.pulled).toBeLessThan(1_000);
  caller.destroy();
});

it('drops a reader that answers no ping', async () => {
  const { url, ended } = await serve(async function* () {
    yield { seq: 1 };
    await new Promise(() => undefined);
  });
  const caller = (await connect(url)).resume();
  expect(await ended).toBe(1006);
  caller.destroy();
});
