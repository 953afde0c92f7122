import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { aClaimedGeneration, anIntent, aUser } from '@imagegen/db/new-generation.fixture';
import { type Database, openDatabase } from '@imagegen/db/open-database';
import { recordIntent } from '@imagegen/db/queries/attempts';
import { newToken } from '@imagegen/runtime/ids';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningGateways, startTestGateways } from '../http/running-gateway.fixture.ts';
import { aReplicateAccount, startFalAccount } from './provider-signatures.fixture.ts';

const secret = `whsec_${Buffer.from('shared with Replicate, 24+ bytes').toString('base64')}`;
let falAccount: Awaited<ReturnType<typeof startFalAccount>>;
let forgersFal: typeof falAccount;
let gateways: RunningGateways;
let db: Database;
let userId: number;

beforeAll(async () => {
  falAccount = await startFalAccount();
  forgersFal = await startFalAccount();
  gateways = await startTestGateways({ FAL_JWKS_URL: falAccount.jwksUrl, REPLICATE_WEBHOOK_SECRET: secret });
  db = openDatabase({ url: gateways.databaseUrl, applicationName: 'test', poolSize: 4, onIdleError: () => undefined });
  userId = await aUser(db);
});
afterAll(async () => {
  await db.destroy();
  await gateways[Symbol.asyncDispose]();
  await falAccount[Symbol.asyncDispose]();
  await forgersFal[Symbol.asyncDispose]();
});

type Provider = 'fal' | 'replicate';
type Delivery = { path: string; headers: Record<string, string | string[]>; body: string };

/** A genuine delivery about a request of its own. */
function delivery(provider: Provider, options: { token?: string; atMs?: number } = {}): Delivery {
  const { token = newToken(), atMs = Date.now() } = options;
  const id = randomUUID();
  const body = JSON.stringify(provider === 'fal' ? { request_id: id, status: 'OK' } : { id, status: 'succeeded' });
  const account = provider === 'fal' ? falAccount : aReplicateAccount(secret);
  return { path: `/webhooks/${provider}/${token}`, headers: account.headersFor({ body, atMs, id }), body };
}

/** Through Node's own client, which sends a header twice when told to. */
function send({ path, headers, body }: Delivery, base = gateways.urls[0]!): Promise<number> {
  return new Promise((resolve, reject) => {
    const sending = request(`${base}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

const stored = async (body: string) => {
  const said = JSON.parse(body) as { request_id?: string; id?: string };
  return db
    .selectFrom('webhook_inbox')
    .selectAll()
    .where('provider_request_id', '=', said.request_id ?? said.id ?? '')
    .execute();
};

/** An attempt at fal whose POST may be on its way, held by nobody. */
async function aLostAttempt(): Promise<{ token: string; generationId: string }> {
  const generation = await aClaimedGeneration(db, userId);
  const intent = anIntent(generation);
  await recordIntent(db, { generationId: generation.generation_id, epoch: 1 }, intent);
  await db
    .updateTable('generation_history_v2')
    .set({ lease_owner: null, lease_until: null, next_attempt_at: new Date(Date.now() + 3_600_000) })
    .where('generation_id', '=', generation.generation_id)
    .execute();
  return { token: intent.callbackToken, generationId: generation.generation_id };
}

describe.each(['fal', 'replicate'] as const)('a webhook of %s', (provider) => {
  test('is taken once, however often it comes; without an attempt it is parked', async () => {
    const webhook = delivery(provider);
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(webhook)));
    expect(answers).toEqual(answers.map(() => 202));
    expect(await stored(webhook.body)).toMatchObject([{ provider, processed_at: null }]);
  });

  test.each<[string, number, (webhook: Delivery) => Delivery]>([
    ['signed by somebody else', 401, (webhook) => ({ ...webhook, headers: forged(provider, webhook.body) })],
    ['ten minutes old', 401, () => delivery(provider, { atMs: Date.now() - 600_000 })],
    ['ten minutes ahead', 401, () => delivery(provider, { atMs: Date.now() + 600_000 })],
    ['two hours late', 401, () => delivery(provider, { atMs: Date.now() - 7_200_000 })],
    ['with another body', 401, (webhook) => ({ ...webhook, body: delivery(provider).body })],
    ['with a doubled header', 401, ({ headers, ...webhook }) => ({ ...webhook, headers: doubled(headers) })],
    ['without headers', 401, (webhook) => ({ ...webhook, headers: {} })],
    ['to no token', 404, (webhook) => ({ ...webhook, path: `/webhooks/${provider}/short` })],
    ['larger than a megabyte', 413, (webhook) => ({ ...webhook, body: JSON.stringify({ large: 'x'.repeat(1024 * 1024) }) })],
  ])('%s is answered %i and not stored', async (_, status, change) => {
    const webhook = change(delivery(provider));
    expect(await send(webhook)).toBe(status);
    expect(await stored(webhook.body)).toEqual([]);
  });

  test('that is genuine and says nothing is refused', async () => {
    for (const body of ['{', '{}', '[]', 'null']) {
      const account = provider === 'fal' ? falAccount : aReplicateAccount(secret);
      expect(await send({ ...delivery(provider), headers: account.headersFor({ body }), body })).toBe(400);
    }
  });
});

function forged(provider: Provider, body: string): Record<string, string> {
  const account =
    provider === 'fal' ? forgersFal : aReplicateAccount(`whsec_${Buffer.from('a secret of somebody else').toString('base64')}`);
  return account.headersFor({ body });
}

function doubled(headers: Delivery['headers']): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [String(value), String(value)]]));
}

test("a webhook about a lost answer makes its generation due, and Replicate's does not count for fal", async () => {
  const { token, generationId } = await aLostAttempt();
  const isDue = async () => {
    const { next_attempt_at, status } = await db
      .selectFrom('generation_history_v2')
      .select(['next_attempt_at', 'status'])
      .where('generation_id', '=', generationId)
      .executeTakeFirstOrThrow();
    expect(status).toBe('processing');
    return next_attempt_at.getTime() < Date.now() + 5_000;
  };
  expect(await send(delivery('replicate', { token }))).toBe(202);
  expect(await isDue()).toBe(false);
  const webhook = delivery('fal', { token });
  expect(await send(webhook)).toBe(202);
  expect(await isDue()).toBe(true);
  expect(await stored(webhook.body)).toMatchObject([{ provider: 'fal', processed_at: expect.any(Date) }]);
});

test("a storm of forged webhooks fetches fal's keys no more than once a minute, and turns all of them away", async () => {
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => {
      const webhook = delivery('fal');
      return send({ ...webhook, headers: forged('fal', webhook.body) });
    }),
  );
  expect(new Set(answers)).toEqual(new Set([401]));
  expect(falAccount.fetches()).toBe(1);
});

test('a gateway that cannot check a signature says so, stores nothing, and admits only so many calls of an address', async () => {
  const dead = await startFalAccount();
  await dead[Symbol.asyncDispose]();
  await using unable = await startTestGateways({ FAL_JWKS_URL: dead.jwksUrl, RATE_LIMIT_PER_IP_PER_MINUTE: '3' });
  const [url] = unable.urls;
  expect(await send(delivery('fal'), url)).toBe(503);
  expect(await send(delivery('replicate'), url)).toBe(503);
  const webhook = delivery('fal');
  expect(await send({ ...webhook, headers: forged('fal', webhook.body) }, url)).toBe(503);
  expect(await send(webhook, url)).toBe(429);
});
