import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { acceptSockets } from './accept-sockets.ts';
import { holdBackSender } from './hold-back-sender.ts';

const answer = 'x'.repeat(256 * 1024);
const question = Buffer.concat([Buffer.from([0x81, 0x80 | 2]), Buffer.alloc(4), Buffer.from('hi')]);
const questions = 200;

let app: FastifyInstance;
let client: Socket;
let readByServer: number;
beforeEach(async () => {
  app = fastify();
  readByServer = 0;
  await acceptSockets(app, 1024);
  const answerQuestions = (socket: WebSocket) => {
    holdBackSender(socket);
    socket.on('message', () => {
      readByServer += 1;
      socket.send(answer);
    });
  };
  app.route({ method: 'GET', url: '/', handler: async () => '', wsHandler: answerQuestions });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const key = Buffer.alloc(16).toString('base64');
  const upgrade = request(url, {
    headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': key },
  });
  upgrade.end();
  [, client] = (await once(upgrade, 'upgrade')) as [unknown, Socket];
});
afterEach(async () => {
  client.destroy();
  await app.close();
});

/** One at a time, so that the server can stop between two of them. */
async function ask(): Promise<void> {
  for (let asked = 0; asked < questions; asked += 1) {
    client.write(question);
    await new Promise(setImmediate);
  }
}

describe('a socket', () => {
  it('reads no more questions while nobody takes the answers, and all of them once somebody does', async () => {
    client.pause();
    await ask();
    await expect.poll(() => client.writableLength).toBe(0);
    const readUnread = readByServer;
    expect(readUnread).toBeLessThan(questions);
    let takenBytes = 0;
    client.on('data', (chunk: Buffer) => {
      takenBytes += chunk.length;
    });
    client.resume();
    await expect.poll(() => takenBytes, { timeout: 20_000 }).toBeGreaterThanOrEqual(questions * answer.length);
    expect(readByServer).toBe(questions);
  });
});
