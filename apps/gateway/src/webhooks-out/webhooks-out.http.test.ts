import { type Database, openDatabase } from '@imagegen/db/open-database';
import { claimGeneration } from '@imagegen/db/queries/claims';
import { finishGeneration } from '@imagegen/db/queries/finish-generation';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateways, startTestGateways } from '../http/running-gateway.fixture.ts';
import { isSignedBy, type Receiver, startReceiver } from './receiver.fixture.ts';

let gateways: RunningGateways;
let receiver: Receiver;
let db: Database;

beforeAll(async () => {
  gateways = await startTestGateways({ WEBHOOK_ALLOW_LOOPBACK: 'true', RATE_LIMIT_WRITES_PER_MINUTE: '1000' }, 2);
  receiver = await startReceiver();
  db = openDatabase({ url: gateways.databaseUrl, applicationName: 'test', onIdleError: () => undefined });
});
afterAll(async () => {
  await gateways[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  await db.destroy();
});

type Answer = { status: number; body: Record<string, unknown> };
const soon = { timeout: 15_000, interval: 30 };

async function call(method: string, path: string, { body, key = 'ig_dev_user1' }: { body?: unknown; key?: string } = {}): Promise<Answer> {
  const answer = await fetch(`${gateways.urls[0]}/api:v2${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

let keys = 0;
/** A user of their own, so that tests do not share endpoints. */
async function aKey(): Promise<string> {
  keys += 1;
  const { body } = await call('POST', '/admin/keys', { body: { user: `webhooks ${keys}` }, key: 'ig_dev_admin' });
  return String(body.key);
}

let paths = 0;
function aPath(): string {
  paths += 1;
  return `/hook/${paths}`;
}

async function register(key: string, input: object = {}) {
  const path = aPath();
  const { status, body } = await call('POST', '/webhooks', { body: { url: receiver.url + path, ...input }, key });
  expect(status).toBe(201);
  return { path, id: String(body.id), secret: String(body.secret) };
}

/** Accepts a generation and ends it as a worker would, which is not here. */
async function endOne(key: string, input: object = {}): Promise<string> {
  const { status, body } = await call('POST', '/flux/standard', { body: { prompt: 'a lighthouse', ...input }, key });
  expect(status).toBe(202);
  const generationId = String(body.generation_id);
  const claimed = await claimGeneration(db, { generationId, owner: 'test', leaseMs: 60_000 });
  if (!claimed) throw new Error('not claimed');
  const error = { code: 'PROVIDER_ERROR', message: 'the provider is broken' };
  await finishGeneration(
    db,
    { generationId, epoch: claimed.lease_epoch },
    { status: 'failed', error },
    `generation.event.1.${generationId}`,
  );
  return generationId;
}

type Shown = { id: string; status: string; attempts: { status: number | null; error: string | null }[]; next_attempt_at: string | null };
const deliveriesOf = async (key: string) => (await call('GET', '/webhooks/deliveries', { key })).body.items as Shown[];

/** What waiting would do: whatever is pending at the endpoints of this generation is due, and nobody is left alone. */
async function hurry(): Promise<void> {
  await sql`update webhook_deliveries set next_attempt_at = now() where status = 'pending'`.execute(db);
  await sql`update webhook_endpoints set resume_at = now()`.execute(db);
}

describe('a webhook', () => {
  it('tells a registered endpoint how a generation ended, once, signed, and small', async () => {
    const key = await aKey();
    const { path, secret } = await register(key);
    const generationId = await endOne(key);
    await expect.poll(() => receiver.at(path).length, soon).toBe(1);
    const [webhook] = receiver.at(path);
    if (!webhook) throw new Error('nothing came');
    expect(isSignedBy(secret, webhook)).toBe(true);
    expect(isSignedBy(`whsec_${Buffer.alloc(32).toString('base64')}`, webhook)).toBe(false);
    expect(webhook.payload).toMatchObject({
      type: 'generation.failed',
      data: {
        generation_id: generationId,
        status: 'failed',
        seq: 2,
        error: { code: 'PROVIDER_ERROR' },
        routing: { engine: 'flux-standard' },
      },
    });
    expect(webhook.body.length).toBeLessThan(20_000);
    await expect
      .poll(() => deliveriesOf(key), soon)
      .toMatchObject([{ id: webhook.headers['webhook-id'], status: 'delivered', attempts: [{ status: 204 }] }]);
  });

  it('tells the URL of the request, signed with the default secret, which its user sees by rotating it', async () => {
    const key = await aKey();
    const path = aPath();
    const { body: first } = await call('POST', '/webhooks/rotate', { body: {}, key });
    const { body: second } = await call('POST', '/webhooks/rotate', { body: {}, key });
    expect([first.previous_secret_until, typeof second.previous_secret_until]).toEqual([null, 'string']);
    await endOne(key, { webhook_url: `${receiver.url}${path}?order=1#part` });
    await expect.poll(() => receiver.at(`${path}?order=1`).length, soon).toBe(1);
    const [webhook] = receiver.at(`${path}?order=1`);
    if (!webhook) throw new Error('nothing came');
    expect([first, second].map(({ secret }) => isSignedBy(String(secret), webhook))).toEqual([true, true]);
    expect(await deliveriesOf(key)).toMatchObject([{ endpoint_id: null, url: `${receiver.url}${path}?order=1` }]);
    expect((await call('GET', '/webhooks', { key })).body).toEqual({ endpoints: [] });
  });

  it('tells of what happens on the way to whoever asks for it', async () => {
    const key = await aKey();
    const { path } = await register(key, { events: ['generation.accepted', 'generation.failed'] });
    const generation_id = await endOne(key);
    await expect.poll(() => receiver.at(path).length, soon).toBe(2);
    const told = receiver.at(path).map(({ payload }) => payload);
    expect(told.toSorted((a, b) => Number(a.data.seq) - Number(b.data.seq))).toMatchObject([
      { type: 'generation.accepted', data: { generation_id, seq: 1, status: 'pending', progress: 0 } },
      { type: 'generation.failed', data: { generation_id, seq: 2, status: 'failed' } },
    ]);
  });

  it('comes again under the same id until it is taken, with a fresh time and signature', async () => {
    const key = await aKey();
    const { path, secret } = await register(key);
    let left = 2;
    receiver.answer(path, (response) => {
      left -= 1;
      response.writeHead(left < 0 ? 200 : 500).end('x'.repeat(100_000));
    });
    await endOne(key);
    for (const times of [1, 2]) {
      await expect.poll(() => deliveriesOf(key), soon).toMatchObject([{ status: 'pending', attempts: Array(times).fill({ status: 500 }) }]);
      await hurry();
    }
    await expect.poll(() => deliveriesOf(key), soon).toMatchObject([{ status: 'delivered', next_attempt_at: null }]);
    expect(new Set(receiver.at(path).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(receiver.at(path).map((webhook) => isSignedBy(secret, webhook))).toEqual([true, true, true]);
  });

  it('waits as long as Retry-After says', async () => {
    const key = await aKey();
    const { path } = await register(key);
    receiver.answer(path, (response) => response.writeHead(429, { 'retry-after': '7200' }).end());
    await endOne(key);
    await expect.poll(async () => (await deliveriesOf(key))[0]?.attempts.length, soon).toBe(1);
    const [delivery] = await deliveriesOf(key);
    const minutes = (Date.parse(delivery?.next_attempt_at ?? '') - Date.now()) / 60_000;
    expect(Math.round(minutes)).toBeGreaterThanOrEqual(119);
  });

  it('follows no redirect', async () => {
    const key = await aKey();
    const { path } = await register(key);
    receiver.answer(path, (response) => response.writeHead(308, { location: '/elsewhere' }).end());
    await endOne(key);
    await expect.poll(() => deliveriesOf(key), soon).toMatchObject([{ attempts: [{ status: 308, error: 'redirects are not followed' }] }]);
    expect(receiver.at('/elsewhere')).toEqual([]);
  });

  it('ends with 410, until its owner enables the endpoint again', async () => {
    const key = await aKey();
    const { path, id } = await register(key);
    receiver.answer(path, (response) => response.writeHead(410).end());
    await endOne(key);
    await expect
      .poll(async () => (await call('GET', '/webhooks', { key })).body, soon)
      .toMatchObject({
        endpoints: [{ id, enabled: false, disabled_reason: 'gone' }],
      });
    const [delivery] = await deliveriesOf(key);
    expect((await call('POST', `/webhooks/deliveries/${delivery?.id}/redeliver`, { body: {}, key })).status).toBe(409);
    expect((await call('GET', '/admin/webhooks', { key: 'ig_dev_admin' })).body.endpoints).toContainEqual(
      expect.objectContaining({ id, disabled_reason: 'gone', pending: 1, host: new URL(receiver.url).host }),
    );
    receiver.answer(path, (response) => response.writeHead(200).end());
    await call('PUT', `/webhooks/${id}`, { body: { enabled: true }, key });
    await hurry();
    await expect.poll(() => deliveriesOf(key), soon).toMatchObject([{ status: 'delivered' }]);
  });

  it('is not held up by endpoints that are dead or never answer, whosever they are', async () => {
    const [key, other] = [await aKey(), await aKey()];
    const silent = await register(key);
    receiver.answer(silent.path, () => undefined);
    await call('POST', '/webhooks', { body: { url: 'http://127.0.0.1:1/dead' }, key });
    const [good, theirs] = [await register(key), await register(other)];
    for (let index = 0; index < 6; index += 1) await endOne(key);
    await endOne(other);
    await expect.poll(() => [receiver.at(good.path).length, receiver.at(theirs.path).length], { ...soon, timeout: 8_000 }).toEqual([6, 1]);
    expect(receiver.at(silent.path).length).toBeLessThanOrEqual(4);
  });

  it('says nothing of a generation that was deleted', async () => {
    const key = await aKey();
    const { path } = await register(key);
    receiver.answer(path, (response) => response.writeHead(500).end());
    const generationId = await endOne(key);
    await expect.poll(async () => (await deliveriesOf(key))[0]?.attempts.length, soon).toBe(1);
    await call('DELETE', `/data/history/${generationId}`, { key });
    await hurry();
    await expect
      .poll(() => deliveriesOf(key), soon)
      .toMatchObject([{ status: 'failed', attempts: [{ status: 500 }, { error: 'its generation was deleted' }] }]);
    expect(receiver.at(path)).toHaveLength(1);
  });

  it('is sent again on request, under its id', async () => {
    const key = await aKey();
    const { path } = await register(key);
    await endOne(key);
    await expect.poll(() => deliveriesOf(key), soon).toMatchObject([{ status: 'delivered' }]);
    const [delivery] = await deliveriesOf(key);
    expect((await call('POST', `/webhooks/deliveries/${delivery?.id}/redeliver`, { body: {}, key })).body).toMatchObject({
      status: 'pending',
    });
    await expect.poll(() => receiver.at(path).map(({ headers }) => headers['webhook-id']), soon).toEqual([delivery?.id, delivery?.id]);
  });
});

describe('an endpoint', () => {
  it('is tried by a signed sample, once, and says how it answered', async () => {
    const key = await aKey();
    const { path, id, secret } = await register(key, { enabled: false });
    expect((await call('POST', `/webhooks/${id}/test`, { body: {}, key })).body).toMatchObject({
      type: 'webhook.test',
      status: 'delivered',
      attempts: [{ status: 204, error: null }],
    });
    const [sample] = receiver.at(path);
    expect(sample && isSignedBy(secret, sample)).toBe(true);
    receiver.answer(path, (response) => response.writeHead(503).end('our secrets'));
    const { body } = await call('POST', `/webhooks/${id}/test`, { body: {}, key });
    expect(body).toMatchObject({ status: 'failed', attempts: [{ status: 503 }] });
    expect(JSON.stringify(body)).not.toContain('our secrets');
  });

  it('shows its secret when it is made and rotated, and never else', async () => {
    const key = await aKey();
    const { id, secret, path } = await register(key);
    expect(Buffer.from(secret.slice('whsec_'.length), 'base64').length).toBe(32);
    const { body: rotated } = await call('POST', `/webhooks/${id}/rotate`, { body: {}, key });
    await call('POST', `/webhooks/${id}/test`, { body: {}, key });
    const [sample] = receiver.at(path);
    expect([secret, String(rotated.secret)].map((each) => sample && isSignedBy(each, sample))).toEqual([true, true]);
    expect(JSON.stringify((await call('GET', '/webhooks', { key })).body)).not.toContain('whsec_');
  });

  it('is there once for a URL, and a user has at most twenty', async () => {
    const key = await aKey();
    const { path, id } = await register(key);
    expect((await call('POST', '/webhooks', { body: { url: receiver.url + path }, key })).status).toBe(409);
    const others = await Promise.all(Array.from({ length: 19 }, () => register(key)));
    expect((await call('POST', '/webhooks', { body: { url: `${receiver.url}/beyond` }, key })).status).toBe(409);
    expect((await call('PUT', `/webhooks/${others[0]?.id}`, { body: { url: receiver.url + path }, key })).status).toBe(409);
    expect((await call('DELETE', `/webhooks/${id}`, { key })).body).toEqual({ id, deleted: true });
    expect(
      (await call('PUT', `/webhooks/${others[0]?.id}`, { body: { url: receiver.url + path, description: 'mine' }, key })).body,
    ).toMatchObject({
      description: 'mine',
      events: ['generation.completed', 'generation.failed'],
    });
  });

  it.each([
    'http://10.0.0.1/hook',
    'https://169.254.169.254/latest',
    'https://[::ffff:10.0.0.1]/hook',
    'https://db.internal/hook',
    'https://user:secret@example.com/hook',
    'https://example.com:22/hook',
    'http://example.com/hook',
    'ftp://example.com/',
  ])('is never %s, neither registered nor named by a request', async (url) => {
    const fields = (answer: Answer) => [answer.status, (answer.body.error as { code: string }).code];
    expect(fields(await call('POST', '/webhooks', { body: { url } }))).toEqual([400, 'VALIDATION_ERROR']);
    expect(fields(await call('POST', '/flux/standard', { body: { prompt: 'a fox', webhook_url: url } }))).toEqual([
      400,
      'VALIDATION_ERROR',
    ]);
  });

  it('is not reached when its name stands for a private address', async () => {
    const key = await aKey();
    const { body } = await call('POST', '/webhooks', { body: { url: 'https://localhost.localdomain/hook' }, key });
    const { body: sample } = await call('POST', `/webhooks/${body.id}/test`, { body: {}, key });
    expect(sample).toMatchObject({ status: 'failed', attempts: [{ status: null }] });
  });
});

it('pages through deliveries, and filters them', async () => {
  const key = await aKey();
  const { id } = await register(key);
  const { id: other } = await register(key);
  for (let index = 0; index < 3; index += 1) await call('POST', `/webhooks/${id}/test`, { body: {}, key });
  await call('POST', `/webhooks/${other}/test`, { body: {}, key });
  const seen: string[] = [];
  let cursor: unknown = null;
  do {
    const { body } = await call('GET', `/webhooks/deliveries?limit=2${cursor ? `&cursor=${cursor}` : ''}`, { key });
    seen.push(...(body.items as Shown[]).map((item) => item.id));
    cursor = body.next_cursor;
  } while (cursor);
  expect(new Set(seen).size).toBe(4);
  expect((await call('GET', `/webhooks/deliveries?endpoint_id=${other}&status=delivered`, { key })).body.items).toHaveLength(1);
  expect((await call('GET', '/webhooks/deliveries?cursor=forged', { key })).status).toBe(400);
});

it('is counted, and how long something has been due', async () => {
  const text = await (await fetch(`${gateways.urls[0]}/metrics`)).text();
  expect(text).toContain('imagegen_webhook_deliveries_total{outcome="delivered"}');
  expect(text).toMatch(/imagegen_webhook_due_age_seconds \d/);
});
