import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { fastify } from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { goneSignal, type ServerSentEvent, sendEventStream } from './event-stream.ts';
import { Heartbeat } from './heartbeat.ts';

const app = () => fastify({ forceCloseConnections: true });
let server: ReturnType<typeof app>;
afterEach(() => server.close());

/** Serves `events`, and resolves `ended` when the answer is over, with what was read of them. */
async function serve(events: (gone: AbortSignal) => AsyncIterable<ServerSentEvent>) {
  let pulled = 0;
  const ended = Promise.withResolvers<void>();
  async function* counted(gone: AbortSignal) {
    for await (const event of events(gone)) {
      pulled += 1;
      yield event;
    }
  }
  server = app();
  server.get('/', async (_, reply) => {
    await sendEventStream(reply, counted(goneSignal(reply)), { stalledMs: 200, heartbeat: new Heartbeat(50) });
    ended.resolve();
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  return { port: (server.server.address() as AddressInfo).port, ended: ended.promise, pulled: () => pulled };
}

async function* endless(): AsyncGenerator<ServerSentEvent> {
  for (let id = 1; ; id += 1) yield { id: String(id), data: { padding: 'x'.repeat(64 * 1024) } };
}

it('writes each event with its id, and ends', async () => {
  const { port } = await serve(async function* () {
    yield { id: 'a', data: { seq: 1 } };
    yield { id: 'b', data: { text: 'two\nlines' } };
  });
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(await answer.text()).toBe('retry: 1000\n\nid: a\ndata: {"seq":1}\n\nid: b\ndata: {"text":"two\\nlines"}\n\n');
});

it('drops a reader that takes nothing, and reads no further ahead than the connection holds', async () => {
  const { port, ended, pulled } = await serve(endless);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).pause();
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await ended;
  expect(pulled()).toBeLessThan(1_000);
  socket.destroy();
});

it('stops when the caller has gone', async () => {
  const { port, ended } = await serve(async function* (gone) {
    yield { id: 'a', data: {} };
    await once(gone, 'abort');
  });
  const caller = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: caller.signal });
  await answer.body?.getReader().read();
  caller.abort();
  await ended;
});
