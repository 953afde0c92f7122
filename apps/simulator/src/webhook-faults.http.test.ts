import { createHash, createHmac, createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from './simulator.ts';

const webhookSecret = `whsec_${Buffer.from('shared by both for development').toString('base64')}`;
type Delivery = { headers: IncomingHttpHeaders; body: string; isGenuine: boolean; secondsOff: number };
let simulator: Simulator;
let deliveries: Delivery[] = [];
let key: ReturnType<typeof createPublicKey>;

const sink = createServer(async (request, response) => {
  const body = (await buffer(request)).toString();
  const { headers } = request;
  const timestamp = Number(headers['x-fal-webhook-timestamp'] ?? headers['webhook-timestamp']);
  const isGenuine = headers['webhook-id'] ? isReplicates(headers, body) : isFals(headers, body);
  deliveries.push({ headers, body, isGenuine, secondsOff: timestamp - Date.now() / 1000 });
  response.writeHead(202).end();
});

beforeAll(async () => {
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, latency: { minMs: 10, maxMs: 10 }, logLevel: 'silent', webhookSecret });
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  const { keys } = (await (await fetch(`${simulator.url}/fal/.well-known/jwks.json`)).json()) as { keys: { x: string }[] };
  key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: keys[0]!.x }, format: 'jwk' });
});
beforeEach(() => {
  deliveries = [];
});
afterAll(async () => {
  sink.close();
  await simulator[Symbol.asyncDispose]();
});

function isFals(headers: IncomingHttpHeaders, body: string): boolean {
  const header = (name: string) => String(headers[`x-fal-webhook-${name}`]);
  const digest = createHash('sha256').update(body).digest('hex');
  const message = Buffer.from([header('request-id'), header('user-id'), header('timestamp'), digest].join('\n'));
  return verify(null, message, key, Buffer.from(header('signature'), 'hex'));
}

function isReplicates(headers: IncomingHttpHeaders, body: string): boolean {
  const hmac = createHmac('sha256', Buffer.from(webhookSecret.slice(6), 'base64'));
  const signature = hmac.update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest('base64');
  return headers['webhook-signature'] === `v1,${signature}`;
}

const hook = () => `http://127.0.0.1:${(sink.address() as AddressInfo).port}/hook`;

async function submit(provider: 'fal' | 'replicate', words: string): Promise<string> {
  const prompt = `a fox ${words}`;
  const [path, scheme, body] =
    provider === 'fal'
      ? [`/fal/fal-ai/flux-lora?fal_webhook=${encodeURIComponent(hook())}`, 'Key', { prompt, image_size: 'square' }]
      : [
          '/replicate/v1/models/black-forest-labs/flux-dev-lora/predictions',
          'Bearer',
          { input: { prompt }, webhook: hook(), webhook_events_filter: ['completed'] },
        ];
  const headers = { authorization: `${scheme} x`, 'content-type': 'application/json' };
  const answer = await fetch(`${simulator.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const { request_id, id } = (await answer.json()) as { request_id?: string; id?: string };
  return String(request_id ?? id);
}

const come = (count: number) => expect.poll(() => deliveries.length, { interval: 2 }).toBe(count);

describe.each(['fal', 'replicate'] as const)("%s' webhooks", (provider) => {
  it('come once, signed with what the receiver knows', async () => {
    const id = await submit(provider, '');
    await come(1);
    expect(deliveries).toMatchObject([{ isGenuine: true, body: expect.stringContaining(id) }]);
  });

  it('come many times with one id', async () => {
    await submit(provider, 'sim:webhook-duplicate=5');
    await come(5);
    expect(deliveries.every(({ isGenuine }) => isGenuine)).toBe(true);
    expect(new Set(deliveries.map(({ headers }) => headers['webhook-id'] ?? headers['x-fal-webhook-request-id'])).size).toBe(1);
  });

  it('come before the submission is answered', async () => {
    const id = await submit(provider, 'sim:webhook-early');
    expect(deliveries).toMatchObject([{ isGenuine: true, body: expect.stringContaining(id) }]);
  });

  it('come never, or later than others', async () => {
    await submit(provider, 'sim:webhook-never');
    const late = await submit(provider, 'sim:webhook-delay=150');
    const prompt = await submit(provider, '');
    await come(2);
    expect(deliveries.map(({ body }) => [body.includes(prompt), body.includes(late)])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it.each([
    ['webhook-forged', { isGenuine: false }],
    ['webhook-swapped', { isGenuine: false }],
    ['webhook-old', { isGenuine: true, secondsOff: expect.closeTo(-600, -1) }],
    ['webhook-future', { isGenuine: true, secondsOff: expect.closeTo(600, -1) }],
  ])('come as %s', async (word, delivery) => {
    const id = await submit(provider, `sim:${word}`);
    await come(1);
    expect(deliveries).toMatchObject([delivery]);
    expect(deliveries[0]!.body.includes(id)).toBe(word !== 'webhook-swapped');
  });
});
