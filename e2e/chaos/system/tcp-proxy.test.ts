import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let undo: AsyncDisposableStack;
let proxy: TcpProxy;
let received: string;

/** Answers every piece of data with itself in capitals. */
beforeEach(async () => {
  undo = new AsyncDisposableStack();
  received = '';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      received += String(bytes);
      socket.write(String(bytes).toUpperCase());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.defer(() => void server.close());
  proxy = undo.use(await startTcpProxy());
  proxy.target((server.address() as AddressInfo).port);
});
afterEach(() => undo.disposeAsync());

async function open(): Promise<Socket> {
  const socket = connect({ port: proxy.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  undo.defer(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function say(socket: Socket, words: string): Promise<string> {
  socket.write(words);
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return String(bytes);
}

/** `once` would reject for a reset; here a reset is what is wanted. */
const closed = (socket: Socket) => new Promise<unknown>((resolve) => (socket.closed ? resolve(null) : socket.once('close', resolve)));

test('bytes pass both ways', async () => {
  const socket = await open();
  expect(await say(socket, 'hello')).toBe('HELLO');
  expect(await say(socket, 'again')).toBe('AGAIN');
});

test('slow means later, in order', async () => {
  const socket = await open();
  proxy.slow(60);
  const startedAt = performance.now();
  socket.write('one ');
  socket.write('two');
  let heard = '';
  while (heard !== 'ONE TWO') heard += String(((await once(socket, 'data')) as [Buffer])[0]);
  expect(performance.now() - startedAt).toBeGreaterThan(110);
});

test('what is held arrives when the weather clears', async () => {
  const socket = await open();
  expect(await say(socket, 'a')).toBe('A');
  proxy.hold('up');
  const answer = say(socket, 'held');
  const early = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 50, 'nothing'))]);
  expect([early, received]).toEqual(['nothing', 'a']);
  proxy.clear();
  expect(await answer).toBe('HELD');
});

test('cutting ends what is open, and refusing lets nobody in until the weather clears', async () => {
  const socket = await open();
  await say(socket, 'a');
  proxy.refuse();
  expect(proxy.cut('reset')).toBe(1);
  await closed(socket);
  await closed(await open().catch(() => socket));
  proxy.clear();
  expect(await say(await open(), 'back')).toBe('BACK');
});

test('a trigger before a word lets nothing of it through', async () => {
  const socket = await open();
  await say(socket, 'harmless');
  let from = 0;
  const { hit } = proxy.arm({ pattern: 'danger', moment: 'before', act: (port) => (from = port) });
  socket.write('some dan');
  await once(socket, 'data');
  socket.write('ger ahead');
  await hit;
  await closed(socket);
  expect(received).toBe('harmlesssome dan');
  expect(from).toBeGreaterThan(0);
});

test('a trigger on the answer lets the word through and loses what comes back, once', async () => {
  const socket = await open();
  const { hit } = proxy.arm({ pattern: 'COMMIT', moment: 'answer', act: () => undefined });
  let heard = '';
  socket.on('data', (bytes) => (heard += String(bytes)));
  socket.write('COMMIT');
  await hit;
  await closed(socket);
  expect([received, heard]).toEqual(['COMMIT', '']);
  expect(await say(await open(), 'COMMIT')).toBe('COMMIT');
});
