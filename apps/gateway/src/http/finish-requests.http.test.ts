import { once } from 'node:events';
import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { finishRequests } from './finish-requests.ts';

async function startDoor() {
  const app = fastify({ forceCloseConnections: true });
  const finish = finishRequests(app);
  const entered = new EventTarget();
  const answer = Promise.withResolvers<string>();
  app.post('/slow', () => {
    entered.dispatchEvent(new Event('slow'));
    return answer.promise;
  });
  app.get('/events', (_, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }).write(': here\n\n');
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, url, finish, entered, answer: answer.resolve };
}

it('answers who is inside, and lets nobody else in', async () => {
  const { app, url, finish, entered, answer } = await startDoor();
  const inside = once(entered, 'slow');
  const slow = fetch(`${url}/slow`, { method: 'POST' });
  await inside;
  const finished = finish();
  await expect(fetch(`${url}/slow`, { method: 'POST' })).rejects.toThrow();
  answer('done');
  expect(await (await slow).text()).toBe('done');
  await finished;
  await app.close();
});

it('does not wait for live events, which have no end', async () => {
  const { app, url, finish } = await startDoor();
  const events = await fetch(`${url}/events`);
  await finish();
  await app.close();
  await expect(events.text()).rejects.toThrow();
});
