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

it('answers who is inside and who comes while it takes leave, and then lets nobody in', async () => {
  const { app, url, finish, entered, answer } = await startDoor();
  const inside = once(entered, 'slow');
  const slow = fetch(`${url}/slow`, { method: 'POST' });
  await inside;
  const finished = finish();
  const last = fetch(`${url}/slow`, { method: 'POST' });
  answer('done');
  expect(await (await slow).text()).toBe('done');
  expect([(await last).headers.get('connection'), await (await last).text()]).toEqual(['close', 'done']);
  await finished;
  await expect(fetch(`${url}/slow`, { method: 'POST' })).rejects.toThrow();
  await app.close();
});

it('does not wait for live events, which have no end', async () => {
  const { app, url, finish } = await startDoor();
  const events = await fetch(`${url}/events`);
  await finish();
  await app.close();
  await expect(events.text()).rejects.toThrow();
});
