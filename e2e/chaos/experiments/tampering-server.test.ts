import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTamperingServer, type TamperingServer } from './tampering-server.ts';

let undo: AsyncDisposableStack;
let server: TamperingServer;
beforeEach(async () => {
  undo = new AsyncDisposableStack();
  const target = createServer((request, response) => {
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify(`${request.method} ${request.url}`));
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  undo.defer(() => void target.close());
  server = undo.use(await startTamperingServer((target.address() as AddressInfo).port));
});
afterEach(() => undo.disposeAsync());

const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);

test('passes on what nobody spoils', async () => {
  const answer = await get('/a');
  expect([answer.status, answer.headers.get('content-type'), await answer.json()]).toEqual([201, 'application/json', 'GET /a']);
});

test('spoils what a tampering applies to, so often, and says how often', async () => {
  server.tamper({ name: 'empty', applies: ({ path }) => path === '/b', spoil: (response) => void response.end('{') }, 1);
  const texts = [];
  for (const path of ['/a', '/b', '/b']) texts.push(await (await get(path)).text());
  expect(texts).toEqual(['"GET /a"', '{', '"GET /b"']);
  expect(server.tamper(null)).toBe(1);
});
