import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateways, startTestGateways } from './running-gateway.fixture.ts';

type Sent = { method?: string; key?: string | null; body?: unknown; headers?: Record<string, string> };
type Answer = { status: number; headers: Headers; body: Record<string, unknown> & { error?: { code: string } } };

async function call(url: string, { method, key = 'ig_dev_user1', body, headers = {} }: Sent = {}): Promise<Answer> {
  const authorization: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const sent = { method: method ?? (body === undefined ? 'GET' : 'POST'), headers: { ...authorization, ...json, ...headers } };
  const answer = await fetch(url, body === undefined ? sent : { ...sent, body: JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text.startsWith('{') ? JSON.parse(text) : {} };
}

const generate = (url: string, sent: Sent = {}) => call(`${url}/api:v2/flux/standard`, { body: { prompt: 'a lighthouse' }, ...sent });
const look = (url: string, sent: Sent = {}) => call(`${url}/api:v2/status/check?request_id=req_none`, sent);
const codeOf = ({ status, body }: Answer) => [status, body.error?.code];

describe('limits over two gateways', () => {
  let gateways: RunningGateways;
  const urlOf = (index: number) => gateways.urls[index % 2] ?? '';
  beforeAll(async () => {
    gateways = await startTestGateways(
      { RATE_LIMIT_WRITES_PER_MINUTE: '100', RATE_LIMIT_READS_PER_MINUTE: '30', RATE_LIMIT_PER_IP_PER_MINUTE: '1000000' },
      2,
    );
  });
  afterAll(() => gateways[Symbol.asyncDispose]());

  it('of 500 writes at once exactly 100 are admitted, and the others are told when to come back', async () => {
    const answers = await Promise.all(Array.from({ length: 500 }, (_, index) => generate(urlOf(index))));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(100);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(400);
    for (const answer of refused) {
      expect(codeOf(answer)).toEqual([429, 'RATE_LIMITED']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(61);
      expect(answer.headers.get('ratelimit-remaining')).toBe('0');
    }
  });

  it('one user does not use up what another has, and reads are counted apart', async () => {
    expect((await generate(urlOf(0), { key: 'ig_dev_user2' })).status).toBe(202);
    expect((await look(urlOf(0))).status).toBe(404);
  });

  it('says after every call what is left', async () => {
    const remaining = async () => Number((await look(urlOf(1), { key: 'ig_dev_admin' })).headers.get('ratelimit-remaining'));
    const first = await look(urlOf(0), { key: 'ig_dev_admin' });
    expect(first.headers.get('ratelimit-limit')).toBe('30');
    expect(Number(first.headers.get('ratelimit-reset'))).toBeGreaterThan(0);
    const left = Number(first.headers.get('ratelimit-remaining'));
    expect([await remaining(), await remaining()]).toEqual([left - 1, left - 2]);
  });

  it('a replay by its idempotency key counts for nothing', async () => {
    const again = () => generate(urlOf(0), { key: 'ig_dev_user2', headers: { 'idempotency-key': 'once' } });
    const first = await again();
    for (let index = 0; index < 5; index += 1) expect((await again()).headers.get('idempotent-replayed')).toBe('true');
    const next = await generate(urlOf(1), { key: 'ig_dev_user2' });
    expect(Number(next.headers.get('ratelimit-remaining'))).toBe(Number(first.headers.get('ratelimit-remaining')) - 1);
  });

  it('counts each procedure of a batch', async () => {
    const paths = Array.from({ length: 20 }, () => 'status.check').join(',');
    const input = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [index, { request_id: 'req_none' }]));
    const batch = () =>
      fetch(`${urlOf(0)}/trpc/${paths}?batch=1&input=${encodeURIComponent(JSON.stringify(input))}`, {
        headers: { authorization: 'Bearer ig_dev_user2' },
      });
    const codes = async (answer: Response) =>
      ((await answer.json()) as { error: { data: { error: { code: string } } } }[]).map(({ error }) => error.data.error.code);
    const first = await batch();
    expect(await codes(first)).toEqual(Array.from({ length: 20 }, () => 'NOT_FOUND'));
    expect(first.headers.get('ratelimit-remaining')).toBe('10');
    const second = await batch();
    expect((await codes(second)).filter((code) => code === 'RATE_LIMITED')).toHaveLength(10);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('machines are always answered', async () => {
    for (let index = 0; index < 40; index += 1) expect((await call(`${urlOf(0)}/healthz`, { key: null })).status).toBe(200);
  });
});

describe('what is open and where it comes from', () => {
  it('refuses more open generations than a user may have', async () => {
    await using gateways = await startTestGateways({ MAX_QUEUED_PER_USER: '3' });
    const [url = ''] = gateways.urls;
    const answers = await Promise.all(Array.from({ length: 6 }, () => generate(url)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 202, 429, 429, 429]);
    expect((await generate(url, { key: 'ig_dev_user2' })).status).toBe(202);
  });

  it('limits an address before it asks who calls, and believes only trusted proxies about addresses', async () => {
    await using gateways = await startTestGateways({ RATE_LIMIT_PER_IP_PER_MINUTE: '5', TRUSTED_PROXIES: '127.0.0.0/8' });
    const [url = ''] = gateways.urls;
    const from = (address: string) => look(url, { key: null, headers: { 'x-forwarded-for': address } });
    for (let index = 0; index < 5; index += 1) expect((await from('192.0.2.1')).status).toBe(401);
    expect(codeOf(await from('192.0.2.1'))).toEqual([429, 'RATE_LIMITED']);
    expect((await from('192.0.2.2')).status).toBe(401);
    await using strict = await startTestGateways({ RATE_LIMIT_PER_IP_PER_MINUTE: '1' });
    const statuses = [];
    for (const address of ['192.0.2.1', '192.0.2.2'])
      statuses.push((await look(strict.urls[0] ?? '', { key: null, headers: { 'x-forwarded-for': address } })).status);
    expect(statuses).toEqual([401, 429]);
  });
});

describe('rights', () => {
  let gateways: RunningGateways;
  let url: string;
  beforeAll(async () => {
    gateways = await startTestGateways({ CORS_ORIGINS: 'https://app.example.com', V2_BETA_ONLY: 'false' });
    url = gateways.urls[0] ?? '';
  });
  afterAll(() => gateways[Symbol.asyncDispose]());
  const adminKeys = () => `${url}/api:v2/admin/keys`;

  it('keys are made, listed and revoked by admins alone', async () => {
    expect(codeOf(await call(adminKeys()))).toEqual([403, 'FORBIDDEN']);
    expect(codeOf(await call(adminKeys(), { key: null }))).toEqual([401, 'UNAUTHORIZED']);
    const made = await call(adminKeys(), { key: 'ig_dev_admin', body: { user: 'erin', scopes: ['read'] } });
    expect(made.status).toBe(201);
    const { key, id } = made.body as { key: string; id: string };
    expect((await look(url, { key })).status).toBe(404);
    expect(codeOf(await generate(url, { key }))).toEqual([403, 'FORBIDDEN']);
    expect(codeOf(await call(adminKeys(), { key }))).toEqual([403, 'FORBIDDEN']);
    const listed = await call(adminKeys(), { key: 'ig_dev_admin' });
    expect(JSON.stringify(listed.body)).toContain(id);
    expect(JSON.stringify(listed.body)).not.toContain(key.slice(-43));
    expect((await call(`${adminKeys()}/${id}`, { key: 'ig_dev_admin', method: 'DELETE' })).body).toMatchObject({
      id,
      revoked_at: expect.any(String),
    });
    expect((await look(url, { key })).status).toBe(401);
    expect((await call(`${adminKeys()}/live_none`, { key: 'ig_dev_admin', method: 'DELETE' })).status).toBe(404);
  });

  it.each([
    [{}, 'user'],
    [{ user: 'a', user_id: 1 }, 'user'],
    [{ user: 'a', scopes: ['admin'] }, 'scopes'],
    [{ user: 'a', scopes: [] }, 'scopes'],
    [{ user: 'a', scopes: ['root'] }, 'scopes.0'],
    [{ user: 'a', key_hash: 'x' }, 'key_hash'],
    [{ user_id: 1, role: 'admin' }, 'role'],
  ])('an admin cannot make a key of %j', async (body, path) => {
    const answer = await call(adminKeys(), { key: 'ig_dev_admin', body });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_ERROR', details: { fields: [{ path }] } } } });
  });

  it('users make keys with no more rights than their own, and see only theirs', async () => {
    const own = await call(`${url}/trpc/keys.create`, { body: { name: 'laptop', scopes: ['read'] } });
    expect(own.body).toMatchObject({ result: { data: { scopes: ['read'], key: expect.stringMatching(/^ig_live_/) } } });
    expect((await call(`${url}/trpc/keys.create`, { body: { name: 'root', scopes: ['admin'] } })).status).toBe(403);
    const { key, id } = (own.body as { result: { data: { key: string; id: string } } }).result.data;
    expect((await call(`${url}/trpc/keys.create`, { key, body: { name: 'more' } })).status).toBe(403);
    expect(JSON.stringify((await call(`${url}/trpc/keys.list`)).body)).toContain(id);
    expect(JSON.stringify((await call(`${url}/trpc/keys.list`, { key: 'ig_dev_user2' })).body)).not.toContain(id);
    expect((await call(`${url}/trpc/keys.revoke`, { key: 'ig_dev_user2', body: { id } })).status).toBe(404);
    expect((await call(`${url}/trpc/admin.keys.list?input={}`)).status).toBe(403);
    expect((await call(`${url}/trpc/admin.keys.list?input={}`, { key: 'ig_dev_admin' })).status).toBe(200);
  });

  it('a ticket opens pictures where no header can be sent, and no other door', async () => {
    const { body } = await call(`${url}/api/tickets`, { method: 'POST' });
    expect(body).toEqual({ ticket: expect.any(String), expires_in: 60 });
    const picture = `${url}/images/${'a'.repeat(64)}.png`;
    expect((await call(picture, { key: null })).status).toBe(401);
    expect((await call(`${picture}?ticket=${body.ticket}`, { key: null })).status).toBe(404);
    expect((await call(`${picture}?ticket=${body.ticket}x`, { key: null })).status).toBe(401);
    expect((await call(`${url}/api:v2/status/check?request_id=req_none&ticket=${body.ticket}`, { key: null })).status).toBe(401);
    expect((await call(`${url}/api/tickets?ticket=${body.ticket}`, { key: null, method: 'POST' })).status).toBe(401);
  });

  it('only pages of the listed origins may read answers', async () => {
    const preflight = (origin: string) =>
      fetch(`${url}/api:v2/flux/standard`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,idempotency-key',
        },
      });
    const ours = await preflight('https://app.example.com');
    expect(ours.status).toBe(204);
    expect(ours.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(ours.headers.get('access-control-allow-headers')).toContain('idempotency-key');
    expect(ours.headers.get('access-control-max-age')).toBe('7200');
    expect(ours.headers.get('access-control-allow-credentials')).toBeNull();
    for (const origin of ['https://evil.example.com', 'https://app.example.com.evil.example', 'http://app.example.com', 'null'])
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).not.toBe(origin);
    const read = await look(url, { headers: { origin: 'https://app.example.com' } });
    expect(read.headers.get('vary')).toContain('Origin');
    expect(read.headers.get('access-control-expose-headers')).toContain('ratelimit-remaining');
  });
});

it('where v2 is in beta it needs the scope', async () => {
  await using gateways = await startTestGateways({ V2_BETA_ONLY: 'true' });
  const [url = ''] = gateways.urls;
  const made = await call(`${url}/api:v2/admin/keys`, { key: 'ig_dev_admin', body: { user: 'outsider' } });
  const key = String(made.body.key);
  expect(codeOf(await generate(url, { key }))).toEqual([403, 'FORBIDDEN']);
  expect((await call(`${url}/trpc/loras.list`, { key })).status).toBe(403);
  expect((await generate(url)).status).toBe(202);
});
