import { unlimitedCredits } from '@imagegen/core/credits/terms';
import { migrate } from '@imagegen/db/migrate';
import { type Database, openDatabase } from '@imagegen/db/open-database';
import type { NewGeneration } from '@imagegen/db/queries/accept-generations';
import { grantCredits } from '@imagegen/db/queries/credits';
import { ensureUser } from '@imagegen/db/queries/identity';
import { createTestDatabase } from '@imagegen/embedded/testing';
import { newId } from '@imagegen/runtime/ids';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureDevelopmentKeys } from '../identity/development-keys.ts';
import { AcceptQueue } from './accept-queue.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Database;
let userId = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url, applicationName: 'test', onIdleError: () => undefined });
  await migrate(db);
  await ensureDevelopmentKeys(db);
  const { rows } = await sql<{ id: number }>`select id from users limit 1`.execute(db);
  userId = rows[0]?.id ?? 0;
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

function aGeneration(overrides: Partial<NewGeneration> = {}): NewGeneration {
  const generationId = newId('gen');
  return {
    generation_id: generationId,
    request_id: newId('req'),
    user_id: userId,
    provider: 'fal-standard',
    engine: 'flux-standard',
    api: 'v2',
    settings: { prompt: 'a red kite', seed: 1, seed_asked: true, width: 1024, height: 1024 },
    plan: { calls: [], actual: { steps: 40, cfg_scale: 7.5, width: 1024, height: 1024 }, transcode: null },
    adjustments: [],
    routing: { engine: 'flux-standard', rule: 'default', considered: [] },
    fallbacks: [],
    metadata: {},
    estimated_cost_micros: 70_000,
    hold_micros: 140_000,
    estimated_time_seconds: 15,
    deadline_seconds: 600,
    webhook_url: null,
    subject: `generation.requested.fal.${generationId}`,
    idempotency: null,
    ...overrides,
  };
}

describe('accepting in groups', () => {
  it('commits every generation with its first event and its outbox row, and reports each once', async () => {
    const reported: string[] = [];
    const queue = new AcceptQueue(db, (rows) => reported.push(...rows.map(({ generation }) => generation.generation_id)));
    const generations = Array.from({ length: 250 }, () => aGeneration());
    const rows = await Promise.all(generations.map((generation) => queue.accept(generation)));
    const ids = generations.map(({ generation_id }) => generation_id);
    expect(rows.map((row) => row?.generation_id)).toEqual(ids);
    expect(reported.toSorted()).toEqual(ids.toSorted());
    const stored = await sql<{ generations: number; events: number; outbox: number }>`select
      (select count(*) from generation_history_v2 where generation_id = any(${ids})) as generations,
      (select count(*) from generation_events where generation_id = any(${ids}) and seq = 1) as events,
      (select count(*) from outbox where payload ->> 'generation_id' = any(${ids})) as outbox`.execute(db);
    expect(stored.rows[0]).toEqual({ generations: 250, events: 250, outbox: 250 });
  });

  it('lets one of many with the same idempotency key through and stores nothing of the others', async () => {
    const queue = new AcceptQueue(db, () => undefined);
    const idempotency = { route: 'v2/smart', key: 'once', requestHash: 'hash' };
    const generations = Array.from({ length: 100 }, () => aGeneration({ idempotency }));
    const rows = await Promise.all(generations.map((generation) => queue.accept(generation)));
    expect(rows.filter(Boolean)).toHaveLength(1);
    const ids = generations.map(({ generation_id }) => generation_id);
    const stored = await sql<{ count: number }>`select count(*) from generation_history_v2 where generation_id = any(${ids})`.execute(db);
    expect(stored.rows[0]?.count).toBe(1);
  });

  it('does not let a row that Postgres refuses take its neighbours along', async () => {
    const queue = new AcceptQueue(db, () => undefined);
    const stranger = aGeneration({ user_id: 999_999_999 });
    const results = await Promise.allSettled([aGeneration(), stranger, aGeneration()].map((generation) => queue.accept(generation)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('refuses who cannot pay with what is needed and what there is, and accepts the others of the group', async () => {
    const { id: rich } = await ensureUser(db, { subject: 'key:rich' });
    await grantCredits(db, { userId: rich, amountMicros: 200_000, note: null, key: 'rich' });
    const queue = new AcceptQueue(db, () => undefined, { ...unlimitedCredits, metered: true });
    const wishes = [rich, userId, rich].map((id) => aGeneration({ user_id: id }));
    const [first, poor, second] = await Promise.allSettled(wishes.map((generation) => queue.accept(generation)));
    expect(first).toMatchObject({ status: 'fulfilled' });
    const refusal = (available: number) => ({ code: 'QUOTA_EXCEEDED', details: { required: 0.14, available } });
    expect(poor).toMatchObject({ status: 'rejected', reason: refusal(0) });
    expect(second).toMatchObject({ status: 'rejected', reason: refusal(0.06) });
  });

  it('says that nothing was accepted when Postgres is away', async () => {
    const closed = openDatabase({ url: database.url.replace(/:\d+\//, ':1/'), applicationName: 'test', onIdleError: () => undefined });
    const queue = new AcceptQueue(closed, () => undefined);
    await expect(queue.accept(aGeneration())).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 2 });
    await closed.destroy();
  });
});
