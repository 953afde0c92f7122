import { createMigratedDatabase, type MigratedDatabase } from '@imagegen/db/migrated-database';
import { aGeneration } from '@imagegen/db/new-generation.fixture';
import { acceptGenerations, type NewGeneration } from '@imagegen/db/queries/accept-generations';
import { claimGeneration } from '@imagegen/db/queries/claims';
import { finishGeneration, type GenerationEnd } from '@imagegen/db/queries/finish-generation';
import { readAttached } from '@imagegen/db/queries/generations';
import { rollUpOutcomes } from '@imagegen/db/queries/roll-up-outcomes';
import { freePort } from '@imagegen/embedded/free-port';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { startTestNats } from '@imagegen/embedded/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { loadConfig } from '../config.ts';
import { startGateway } from '../gateway.ts';

/** JSON that the expectations look into. */
type Loose = z.infer<ReturnType<typeof z.any>>;
type Answer = { status: number; body: Loose };
type User = 'user1' | 'user2' | 'admin';

let database: MigratedDatabase;
let running: AsyncDisposableStack;
let baseUrl: string;
const userIds = new Map<User, number>();

beforeAll(async () => {
  await using undo = new AsyncDisposableStack();
  database = undo.use(await createMigratedDatabase());
  const nats = undo.use(await startTestNats());
  const vault = undo.use(await temporaryFolder());
  const port = await freePort();
  const config = loadConfig({
    NODE_ENV: 'test',
    PORT: String(port),
    DATABASE_URL: database.url,
    NATS_URL: nats.url,
    VAULT_DIR: vault.path,
    LOG_LEVEL: 'fatal',
    RATE_LIMIT_WRITES_PER_MINUTE: '100000',
  });
  undo.use(await startGateway(config));
  baseUrl = `http://127.0.0.1:${port}`;
  for (const user of ['user1', 'user2', 'admin'] as const) {
    const row = await database.db.selectFrom('api_keys').select('user_id').where('id', '=', `dev_${user}`).executeTakeFirstOrThrow();
    userIds.set(user, row.user_id);
  }
  running = undo.move();
});
afterAll(() => running.disposeAsync());

async function call(user: User, method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ig_dev_${user}`, ...(body !== undefined && { 'content-type': 'application/json' }) };
  const answer = await fetch(`${baseUrl}${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  return { status: answer.status, body: await answer.json() };
}

async function trpc(user: User, procedure: string, input?: unknown): Promise<Loose> {
  const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const { body } = await call(user, 'GET', `/trpc/${procedure}${query}`);
  return body.result?.data ?? body.error;
}

async function mutate(user: User, procedure: string, input: unknown): Promise<Loose> {
  const { body } = await call(user, 'POST', `/trpc/${procedure}`, input);
  return body.result?.data ?? body.error;
}

const image = { sha256: 'e'.repeat(64), content_type: 'image/jpeg', width: 64, height: 64, bytes: 5, seed: 42, placeholder: 'p' };
const success: GenerationEnd = { status: 'completed', images: [image], creditsUsed: 0.02, adjustments: [] };

async function made(
  user: User,
  settings: Partial<NewGeneration['settings']> = {},
  end: GenerationEnd | null = success,
): Promise<NewGeneration> {
  const { db } = database;
  const base = aGeneration(userIds.get(user)!);
  const generation = { ...base, settings: { ...base.settings, ...settings } };
  await acceptGenerations(db, [generation]);
  if (end) {
    const { generation_id: generationId } = generation;
    const claimed = await claimGeneration(db, { generationId, owner: 'test', leaseMs: 60_000 });
    await finishGeneration(db, { generationId, epoch: claimed!.lease_epoch }, end, 's');
  }
  return generation;
}

describe('history', () => {
  it('is one use case behind three doors', async () => {
    const ids = [];
    for (const prompt of ['one walrus', 'two walruses', 'three walrus'])
      ids.unshift((await made('user1', { prompt, loras: [{ id: 309, weight: 1 }] })).generation_id);
    const walruses = { search: 'walrus', per_page: 1 };
    const first = await call('user1', 'GET', '/api:v2/data/history?search=walrus&limit=1&lora_ids=309&has_seed=true');
    expect(first).toMatchObject({
      status: 200,
      body: { page: 1, per_page: 1, total: 2, items: [{ generation_id: ids[0], status: 'completed' }] },
    });
    expect(await trpc('user1', 'data.history', walruses)).toEqual(first.body);
    const second = await call('user1', 'GET', `/api:v2/data/history?search=walrus&limit=1&cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({ items: [{ generation_id: ids[2] }], next_cursor: null });
    for (const prefix of ['/api', '/api:_WUcacrv']) {
      const page = await call('user1', 'GET', `${prefix}/generations/history?search=walrus&per_page=1&page=2&nonsense=1`);
      expect(page.body.items).toEqual(second.body.items);
    }
    expect((await call('user2', 'GET', '/api:v2/data/history?search=walrus')).body).toMatchObject({ items: [], total: 0 });
  });

  it.each([
    'per_page=101',
    'page=0',
    'cursor=AAAA',
    'page=2000',
    'date_from=yesterday',
    'status=done',
    'favourite=true',
    'lora_ids=x',
    'provider=aol',
  ])('refuses %s', async (query) => {
    const { status, body } = await call('user1', 'GET', `/api:v2/data/history?${query}`);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 'VALIDATION_ERROR',
      details: { fields: [{ path: expect.stringContaining(query.split('=')[0] ?? '') }] },
    });
  });

  it('forgets what its owner deletes, everywhere, and keeps what goes on', async () => {
    const { generation_id: id, request_id: requestId } = await made('user1', { prompt: 'a heron' });
    const open = await made('user1', {}, null);
    expect(await call('user2', 'DELETE', `/api:v2/data/history/${id}`)).toMatchObject({ status: 404 });
    expect(await call('user1', 'DELETE', `/api:v2/data/history/${open.generation_id}`)).toMatchObject({ status: 409 });
    expect(await call('user1', 'DELETE', `/api:v2/data/history/${requestId}`)).toEqual({
      status: 200,
      body: { generation_id: id, deleted: true },
    });
    for (const path of [`/api:v2/status/check?generation_id=${id}`, `/api/generations/${requestId}`, `/api/generations/${id}/status`]) {
      expect(await call('user1', 'GET', path)).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
    }
    expect((await call('user1', 'GET', '/api:v2/data/history?search=heron')).body.items).toEqual([]);
    expect(await mutate('user1', 'data.delete', { id })).toMatchObject({ data: { error: { code: 'NOT_FOUND' } } });
  });
});

describe('one generation', () => {
  it.each(['/api:v2/status/check?request_id=', '/api/generations/status?request_id='])(
    'comes once by GET %s, until it changes',
    async (path) => {
      const { request_id: requestId } = await made('user1', {}, null);
      const look = async (seen = '') => {
        const headers = { authorization: 'Bearer ig_dev_user1', 'if-none-match': seen };
        const answer = await fetch(`${baseUrl}${path}${requestId}`, { headers });
        return { status: answer.status, tag: answer.headers.get('etag') ?? '', text: await answer.text() };
      };
      const first = await look();
      expect(first).toMatchObject({ status: 200, tag: expect.stringMatching(/^W\/"[\w-]+"$/) });
      expect(await look(first.tag)).toEqual({ status: 304, tag: first.tag, text: '' });
      expect(await look(`"other", ${first.tag}`)).toMatchObject({ status: 304 });
      await call('user1', 'POST', `/api/generations/${requestId}/cancel`);
      const last = await look(first.tag);
      expect([last.status, JSON.parse(last.text).status]).toEqual([200, 'failed']);
    },
  );

  it('has one address to poll, whatever of its group answers', async () => {
    const { generation_id: id, request_id: requestId } = await made('user1');
    const answers = [
      await call('user1', 'GET', `/api/generations/${id}`),
      await call('user1', 'GET', `/api/generations/${id}/status`),
      await call('user1', 'POST', `/api/generations/${id}/favorite`),
    ];
    for (const { body } of answers) {
      expect(body.poll_url).toBe(`/api/generations/status?request_id=${requestId}`);
    }
  });

  it('is marked by a POST that names a type and sends nothing', async () => {
    const { generation_id: id } = await made('user1');
    const headers = { authorization: 'Bearer ig_dev_user1', 'content-type': 'application/json' };
    const answer = await fetch(`${baseUrl}/api/generations/${id}/favorite`, { method: 'POST', headers });
    expect([answer.status, await answer.json()]).toMatchObject([200, { is_favorite: true }]);
  });

  it('is marked and unmarked by either id, by its owner', async () => {
    const { generation_id: id, request_id: requestId } = await made('user1');
    expect((await call('user1', 'POST', `/api/generations/${id}/favorite`)).body.is_favorite).toBe(true);
    expect((await call('user1', 'POST', `/api:_WUcacrv/generations/${requestId}/favorite`)).body.is_favorite).toBe(false);
    expect((await call('user1', 'POST', `/api/generations/${id}/favorite`, { favorite: true })).body.is_favorite).toBe(true);
    expect(await mutate('user1', 'generations.favorite', { id, favorite: true })).toMatchObject({ is_favorite: true, generation_id: id });
    expect(await mutate('user2', 'generations.favorite', { id })).toMatchObject({ data: { error: { code: 'NOT_FOUND' } } });
    expect((await call('user1', 'GET', `/api/generations/${id}`)).body).toMatchObject({ is_favorite: true, attempts: [] });
  });

  it('is canceled before it begins, once and for all', async () => {
    const open = await made('user1', {}, null);
    expect(await call('user2', 'POST', `/api/generations/${open.generation_id}/cancel`)).toMatchObject({ status: 404 });
    for (const id of [open.request_id, open.generation_id]) {
      const canceled = await call('user1', 'POST', `/api/generations/${id}/cancel`);
      expect(canceled).toMatchObject({ status: 200, body: { status: 'failed', error: { code: 'CANCELED' }, credits_used: 0 } });
    }
    const { generation_id: id } = await made('user1');
    expect(await mutate('user1', 'generations.cancel', { id })).toMatchObject({ data: { error: { code: 'CONFLICT' } } });
  });

  it('is made again with its seed, or with another', async () => {
    const ended = await made('user1', { seed: 4_711, steps: 33 });
    const { db } = database;
    await db
      .updateTable('generation_history_v2')
      .set({ metadata: '{"order":"66"}' })
      .where('generation_id', '=', ended.generation_id)
      .execute();
    const again = await call('user1', 'POST', `/api/generations/${ended.request_id}/retry`);
    expect(again).toMatchObject({ status: 202, body: { status: 'pending', seed: 4_711, engine: 'flux-standard' } });
    expect(again.body.generation_id).not.toBe(ended.generation_id);
    expect(await readAttached(db, again.body.generation_id)).toEqual({ metadata: { order: '66' }, webhook_url: null });
    const rerolled = await mutate('user1', 'generations.retry', { id: ended.generation_id, reroll: true });
    expect(rerolled.seed).not.toBe(4_711);
    expect(await call('user1', 'POST', `/api/generations/${again.body.generation_id}/retry`)).toMatchObject({ status: 409 });
    expect(await call('user2', 'POST', `/api/generations/${ended.generation_id}/retry`)).toMatchObject({ status: 404 });
  });
});

describe('presets', () => {
  const settings = { prompt: 'a harbour', steps: 33, cfg_scale: 6 };

  it('are kept, listed, changed, applied and forgotten', async () => {
    const saved = await call('user1', 'POST', '/api:v2/data/presets', {
      name: ' Harbour ',
      settings,
      loras: [{ id: 309 }],
      provider: 'flux-advanced',
      tags: ['sea', 'sea'],
    });
    expect(saved).toMatchObject({
      status: 201,
      body: { name: 'Harbour', settings, loras: [{ id: 309, weight: 1 }], tags: ['sea'], usage_count: 0, is_public: false },
    });
    const { id } = saved.body;
    expect(Object.keys(saved.body)).not.toContain('user_id');
    expect(await call('user2', 'GET', `/api:v2/data/presets/${id}`)).toMatchObject({ status: 404 });
    expect(await call('user2', 'POST', `/api:v2/data/presets/${id}/apply`)).toMatchObject({ status: 404 });
    expect((await call('user1', 'PUT', `/api:v2/data/presets/${id}`, { is_public: true })).body).toMatchObject({
      is_public: true,
      name: 'Harbour',
    });
    expect(await call('user2', 'PUT', `/api:v2/data/presets/${id}`, { name: 'mine' })).toMatchObject({ status: 404 });
    expect(await call('user2', 'DELETE', `/api:v2/data/presets/${id}`)).toMatchObject({ status: 404 });
    expect((await call('user2', 'GET', `/api/presets/${id}`)).body.name).toBe('Harbour');

    const { input } = await mutate('user2', 'data.presets.apply', { id });
    expect(input).toEqual({ ...settings, loras: [{ id: 309, weight: 1 }], engine: 'flux-advanced' });
    expect(await call('user2', 'POST', '/api:v2/smart/generate', input)).toMatchObject({ status: 202, body: { engine: 'flux-advanced' } });
    expect((await trpc('user2', 'data.presets.list', { tags: ['sea'], sort: 'popular' })).items).toMatchObject([{ id, usage_count: 1 }]);
    expect((await call('user2', 'GET', '/api:v2/data/presets?tags=sea&mine=true')).body).toMatchObject({ items: [], total: 0 });
    expect(await call('user1', 'DELETE', `/api:v2/data/presets/${id}`)).toEqual({ status: 200, body: { id, deleted: true } });
    expect(await call('user1', 'GET', `/api:v2/data/presets/${id}`)).toMatchObject({ status: 404 });
  });

  it.each([
    ['user_id', { name: 'x', user_id: 1 }],
    ['usage_count', { name: 'x', usage_count: 99 }],
    ['settings.webhook_url', { name: 'x', settings: { webhook_url: 'https://a.example' } }],
    ['settings.steps', { name: 'x', settings: { steps: 1_000 } }],
    ['thumbnail_url', { name: 'x', thumbnail_url: `vault:${'a'.repeat(64)}` }],
    ['name', { settings: {} }],
  ])('refuse %s', async (path, body) => {
    const { status, body: answer } = await call('user1', 'POST', '/api:v2/data/presets', body);
    expect(status).toBe(400);
    expect(answer.error.details.fields[0].path).toBe(path);
  });

  it('come from a picture of the caller, with its thumbnail', async () => {
    const { generation_id } = await made('user1', { prompt: 'a quay', seed: 99 });
    const preset = await call('user1', 'POST', '/api:v2/data/presets/from-generation', { generation_id, name: 'Quay' });
    expect(preset).toMatchObject({ status: 201, body: { provider: 'flux-standard', settings: { prompt: 'a quay', seed: 99 } } });
    expect(preset.body.thumbnail_url).toContain(`/images/${image.sha256}/thumb?expires=`);
    expect(preset.body.settings).not.toHaveProperty('seed_asked');
    expect(await call('user2', 'POST', '/api:v2/data/presets/from-generation', { generation_id, name: 'Quay' })).toMatchObject({
      status: 404,
    });
    const saved = await call('user1', 'POST', '/api/presets/save', {
      name: 'Loose',
      settings: { steps: 20, lora_model: 'x' },
      usage_count: 9,
    });
    expect(saved).toMatchObject({ status: 201, body: { settings: { steps: 20 }, usage_count: 0 } });
    expect((await call('user1', 'GET', '/api/presets/list?sort=name')).body.items.map(({ name }: { name: string }) => name)).toEqual([
      'Loose',
      'Quay',
    ]);
  });

  it('know their LoRAs', async () => {
    expect(await call('user1', 'POST', '/api:v2/data/presets', { name: 'x', loras: [{ id: 7 }] })).toMatchObject({
      status: 400,
      body: { error: { code: 'INVALID_LORA', details: { invalid_ids: [7] } } },
    });
  });
});

describe('LoRAs', () => {
  it('are listed, one by one and all at once', async () => {
    const listed = await trpc('user1', 'loras.list', { search: 'ink', limit: 5 });
    expect(listed).toMatchObject({
      loras: [{ id: 311, name: 'Ink Wash', base_model: 'flux-dev', type: 'Style LoRA' }],
      total: 1,
      page: 1,
      limit: 5,
    });
    expect(await trpc('user1', 'loras.get', { id: 311 })).toEqual(listed.loras[0]);
    expect((await trpc('user1', 'loras.list')).total).toBe(6);
    const { body } = await call('user1', 'GET', '/api:_WUcacrv/loras/available?include_stats=true');
    const names = body.map(({ name }: { name: string }) => name);
    expect(names).toEqual(names.toSorted());
    expect(body[0]).toMatchObject({
      id: expect.any(Number),
      tags: expect.any(Array),
      usage_count: expect.any(Number),
      avg_weight: expect.any(Number),
    });
    expect((await call('user1', 'GET', '/api/loras/available')).body[0]).not.toHaveProperty('usage_count');
    expect((await call('user1', 'GET', '/api/loras/available?compatible_with=openai')).body).toEqual([]);
    const others = (await call('user1', 'GET', '/api/loras/available?compatible_with=309')).body;
    expect(others.map(({ id }: { id: number }) => id).sort()).toEqual([310, 311, 312, 313, 314]);
  });

  it('are judged together by what was learned', async () => {
    const ask = { lora_ids: [312, 313] };
    expect((await call('user1', 'POST', '/api:v2/utils/compatibility', ask)).body).toMatchObject({
      compatible: true,
      score: 0.75,
      pairs: [{ known: false }],
    });
    const loras = [
      { id: 312, weight: 1 },
      { id: 313, weight: 1 },
    ];
    const failure: GenerationEnd = { status: 'failed', error: { code: 'CONTENT_REJECTED', message: 'no' } };
    for (let index = 0; index < 3; index += 1) await made('user2', { loras }, failure);
    await counted();
    const learned = await trpc('user1', 'utils.compatibility', ask);
    expect(learned).toMatchObject({ compatible: false, score: 0.429, pairs: [{ known: true, tested_count: 3, success_rate: 0 }] });
    expect(learned.alternative_combinations).toHaveLength(3);
    expect((await call('user1', 'POST', '/api/loras/check-compatibility', { ...ask, extra: 1 })).body).toEqual(learned);
    expect(await call('user1', 'POST', '/api:v2/utils/compatibility', { lora_ids: [1] })).toMatchObject({
      status: 400,
      body: { error: { code: 'INVALID_LORA' } },
    });
  });
});

describe('analytics', () => {
  it("show a user their own figures, and an admin everybody's", async () => {
    const mine = await database.db
      .selectFrom('generation_history_v2')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('user_id', '=', userIds.get('user1')!)
      .where('status', 'in', ['completed', 'failed'])
      .executeTakeFirstOrThrow();
    await counted();
    const own = await call('user1', 'GET', '/api:v2/data/analytics?group_by=engine');
    expect(own).toMatchObject({
      status: 200,
      body: { scope: 'own', group_by: 'engine', totals: { generations: mine.count }, adoption: { v1: 0, v2: mine.count } },
    });
    expect(own.body.totals.p50_time).toEqual(expect.any(Number));
    expect(await trpc('user1', 'data.analytics', { group_by: 'engine' })).toEqual(own.body);
    expect((await call('admin', 'GET', '/api:v2/data/analytics')).body).toMatchObject({ scope: 'all' });
    expect((await call('admin', 'GET', '/api:v2/data/analytics')).body.totals.generations).toBeGreaterThan(mine.count);
    expect((await call('admin', 'GET', '/api:v2/data/analytics?scope=own')).body.totals.generations).toBe(0);
    expect(await call('user1', 'GET', '/api:v2/data/analytics?scope=all')).toMatchObject({ status: 403 });
    expect((await call('user2', 'GET', '/api/loras/analytics?lora_id=312&date_range=7d')).body).toMatchObject({
      loras: [{ lora_id: 312, name: 'Studio Product', generations: 3, success_rate: 0, avg_weight: 1 }],
      combinations: [{ lora_ids: [312, 313], generations: 3 }],
    });
    expect((await trpc('user1', 'loras.analytics', { lora_id: 312 })).loras).toEqual([]);
  });
});

/** Everything that has ended is in the rollups, whoever counts. */
async function counted(): Promise<void> {
  while (await database.db.selectFrom('generation_outcomes').select('id').limit(1).executeTakeFirst())
    await rollUpOutcomes(database.db, 1_000);
}

describe('a validation', () => {
  const loras = [{ id: 309 }, { id: 310 }, { id: 311 }];
  it.each([
    [{ loras, engine: 'flux-standard' }, 1, 'LIMIT_EXCEEDED', { limit: 2, given: 3, engine: 'flux-standard' }],
    [{ loras, provider_preference: 'openai' }, 3, 'LIMIT_EXCEEDED', { limit: 0, given: 3, engine: 'openai' }],
    [{ engine: 'openai-edit' }, 1, 'VALIDATION_ERROR', { fields: [{ path: 'reference_image' }] }],
    [{ loras: [{ id: 1 }] }, 1, 'INVALID_LORA', { invalid_ids: [1] }],
    [{ steps: 0 }, 1, 'VALIDATION_ERROR', { fields: [{ path: 'steps' }] }],
  ])('of %j finds what generating would answer', async (wish, count, code, details) => {
    const sent = { prompt: 'a fox', ...wish };
    const { body: validation } = await call('user1', 'POST', '/api:v2/utils/validate', sent);
    expect([validation.valid, validation.errors.length, validation.errors[0]]).toMatchObject([false, count, { code, details }]);
    const { status, body: refused } = await call('user1', 'POST', '/api:v2/smart/generate', sent);
    expect([status, refused.error]).toMatchObject([400, { code, details }]);
  });
});
