import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@imagegen/client/create-client';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { generate, submit, uniquePrompt } from '../src/generate.ts';
import { type HttpDoor, openDoor } from '../src/http-door.ts';
import { type RunningSystem, startRunningSystem } from '../src/running-system.ts';

type Received = { path: string; headers: Record<string, string>; body: string };

let system: RunningSystem;
let door: HttpDoor;
let received: Received[] = [];
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  received.push({ path: request.url ?? '', headers, body });
  response.end();
});
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  system = await startRunningSystem();
  door = openDoor(system.gatewayUrl);
});
beforeEach(() => {
  received = [];
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await system[Symbol.asyncDispose]();
});

const soon = { timeout: 30_000, interval: 50 };
const client = () => createClient({ url: system.gatewayUrl, token: door.key });
const told = (path: string) => received.filter((one) => one.path === path);
const size = { width: 256, height: 256 };

/** What the receiver makes of it; throws when the signature is not that of `secret`. */
function read(secret: string, { headers, body }: Received) {
  return new Webhook(secret).verify(body, headers) as {
    type: string;
    data: { request_id: string; seq: number; images: { url: string }[] };
  };
}

test('a request names where it wants to be told, and gets its picture there', async () => {
  const { secret } = await client().webhooks.rotate.mutate();
  const { request_id } = await generate(door, 'flux/standard', { prompt: uniquePrompt(), ...size, webhook_url: `${url}/mine?order=7` });
  await expect.poll(() => told('/mine?order=7').length, soon).toBe(1);
  const { type, data } = read(secret, received[0]!);
  expect([type, data.request_id]).toEqual(['generation.completed', request_id]);
  expect((await fetch(data.images[0]!.url)).status).toBe(200);
});

test('a registered endpoint hears of every generation, whichever door it came through', async () => {
  const { id, secret } = await client().webhooks.create.mutate({
    url: `${url}/registered`,
    events: ['generation.accepted', 'generation.completed'],
  });
  const sample = await client().webhooks.test.mutate({ id });
  expect(sample).toMatchObject({ status: 'delivered', type: 'webhook.test' });
  const { body } = await door.post<{ data: { url: string }[]; x_gateway: { generation_id: string } }>('/v1/images/generations', {
    model: 'flux-standard',
    prompt: uniquePrompt(),
    size: '256x256',
    response_format: 'url',
  });
  await expect.poll(() => told('/registered').length, soon).toBe(3);
  const types = told('/registered').map((one) => read(secret, one).type);
  expect(types.toSorted()).toEqual(['generation.accepted', 'generation.completed', 'webhook.test']);
  const { items } = await client().webhooks.deliveries.query({ generation_id: body.x_gateway.generation_id, status: 'delivered' });
  expect(items.map(({ type }) => type).toSorted()).toEqual(['generation.accepted', 'generation.completed']);
  await client().webhooks.redeliver.mutate({ id: items[0]!.id });
  await expect.poll(() => told('/registered').filter(({ headers }) => headers['webhook-id'] === items[0]!.id).length, soon).toBe(2);
  await client().webhooks.delete.mutate({ id });
});

test('a gateway that is killed, again and again, loses no event', { timeout: 150_000 }, async () => {
  const { secret, id } = await client().webhooks.create.mutate({ url: `${url}/patient` });
  const gateway = system.processes.gateway!;
  const ids: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const accepted = await Promise.all(
      Array.from({ length: 4 }, () => submit(door, 'flux/standard', { prompt: uniquePrompt(), ...size, webhook_url: `${url}/named` })),
    );
    ids.push(...accepted.map(({ request_id }) => request_id));
    const pid = gateway.pid;
    // At another moment of telling each time.
    await expect.poll(() => received.length, soon).toBeGreaterThanOrEqual(ids.length - 4 + round);
    gateway.kill('SIGKILL');
    await expect.poll(() => gateway.pid !== undefined && gateway.pid !== pid, { timeout: 20_000, interval: 20 }).toBe(true);
    await gateway.ready();
  }
  const heard = (path: string) =>
    new Set(told(path).map(({ body }) => (JSON.parse(body) as { data: { request_id: string } }).data.request_id));
  await expect.poll(() => [heard('/patient').size, heard('/named').size], { ...soon, timeout: 80_000 }).toEqual([12, 12]);
  expect(heard('/patient')).toEqual(new Set(ids));
  for (const one of told('/patient')) expect(read(secret, one).type).toBe('generation.completed');
  const perEvent = new Set(told('/patient').map(({ headers }) => headers['webhook-id']));
  expect(perEvent.size).toBe(12);
  await client().webhooks.delete.mutate({ id });
});
