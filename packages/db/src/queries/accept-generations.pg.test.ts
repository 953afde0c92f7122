import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aGeneration, aUser } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations, findIdempotencyKey, type NewGeneration, pruneIdempotencyKeys } from './accept-generations.ts';
import { findGeneration } from './generations.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  userId = await aUser(db);
});
beforeEach(() => sql`truncate generation_history_v2, generation_events, outbox, idempotency_keys cascade`.execute(db));
afterAll(() => database[Symbol.asyncDispose]());

function keyed(key: string, changes: Partial<NewGeneration> = {}): NewGeneration {
  return aGeneration(userId, { idempotency: { route: 'v2', key, requestHash: 'hash' }, ...changes });
}

async function countRows() {
  const { rows } = await sql<Record<string, number>>`
    select (select count(*) from generation_history_v2) as generations, (select count(*) from generation_events) as events,
      (select count(*) from outbox) as outbox, (select count(*) from idempotency_keys) as keys`.execute(db);
  return rows[0];
}

test('hundreds are stored by one statement, each with its first event and its ring', async () => {
  const generations = Array.from({ length: 300 }, (_, index) => aGeneration(userId, { estimated_cost_micros: index }));
  const { accepted } = await acceptGenerations(db, generations);
  expect(accepted.map(({ generation_id }) => generation_id).toSorted()).toEqual(
    generations.map(({ generation_id }) => generation_id).toSorted(),
  );
  expect(await countRows()).toEqual({ generations: 300, events: 300, outbox: 300, keys: 0 });
  const rings = await db.selectFrom('outbox').select(['id', 'subject', 'payload']).execute();
  for (const { generation_id, outbox_id } of accepted) {
    const ring = rings.find(({ id }) => id === outbox_id);
    expect(ring).toEqual({ id: outbox_id, subject: `generation.requested.fal.${generation_id}`, payload: { v: 1, generation_id } });
  }
  const events = await db.selectFrom('generation_events').select(['seq', 'type', 'status', 'progress']).distinct().execute();
  expect(events).toEqual([{ seq: 1, type: 'accepted', status: 'pending', progress: 0 }]);
});

test('an empty batch stores nothing', async () => {
  expect(await acceptGenerations(db, [])).toEqual({ accepted: [], refused: [] });
});

test('of two with the same key in one batch one is stored, and nothing of the other', async () => {
  const { accepted } = await acceptGenerations(db, [keyed('a'), keyed('a'), keyed('b'), aGeneration(userId), aGeneration(userId)]);
  expect(accepted).toHaveLength(4);
  expect(await countRows()).toEqual({ generations: 4, events: 4, outbox: 4, keys: 2 });
});

test('a key that is taken keeps standing for the first generation', async () => {
  const first = keyed('again');
  await acceptGenerations(db, [first]);
  const again = keyed('again', { idempotency: { route: 'v2', key: 'again', requestHash: 'other' } });
  expect(await acceptGenerations(db, [again])).toEqual({ accepted: [], refused: [] });
  expect(await countRows()).toEqual({ generations: 1, events: 1, outbox: 1, keys: 1 });
  expect(await findIdempotencyKey(db, { userId, route: 'v2', key: 'again' })).toEqual({
    request_hash: 'hash',
    generation_id: first.generation_id,
  });
});

test('the same key at another door or of another user is another key', async () => {
  const somebodyElse = await aUser(db, 'test:else');
  const { accepted } = await acceptGenerations(db, [
    keyed('shared'),
    keyed('shared', { user_id: somebodyElse }),
    keyed('shared', { idempotency: { route: 'trpc', key: 'shared', requestHash: 'hash' } }),
  ]);
  expect(accepted).toHaveLength(3);
});

test('a hundred at once with one key make one generation', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => acceptGenerations(db, [keyed('storm')])));
  expect(answers.flatMap(({ accepted }) => accepted)).toHaveLength(1);
  expect(await countRows()).toEqual({ generations: 1, events: 1, outbox: 1, keys: 1 });
});

test('a generation that cannot be stored leaves no key behind', async () => {
  const taken = aGeneration(userId);
  await acceptGenerations(db, [taken]);
  await expect(acceptGenerations(db, [keyed('free', { generation_id: taken.generation_id })])).rejects.toThrow(/duplicate key/);
  expect(await countRows()).toEqual({ generations: 1, events: 1, outbox: 1, keys: 0 });
});

test.for([
  `it's "quoted" -- and; drop table users; $1 $$ %s`,
  'back\\slash \\n \\u0041 \\\\ end\\',
  '{"prompt": [1, null, {"a": "\\"b"}]}',
  'zażółć 漢字 🖼️ \u{1F469}\u200D\u{1F680} e\u0301 \u2028 tab\there\nline',
  "'; select pg_sleep(5) --",
  '$prompt {{prompt}} <script>alert(1)</script>',
])('a prompt comes back to the letter: %s', async (prompt) => {
  const generation = aGeneration(userId, { metadata: { note: prompt } });
  generation.settings.prompt = prompt;
  generation.plan.calls[0]!.body.prompt = prompt;
  await acceptGenerations(db, [generation]);
  const stored = await findGeneration(db, userId, generation.generation_id);
  expect(stored).toMatchObject({ settings: generation.settings, plan: generation.plan, routing: generation.routing, status: 'pending' });
});

test('the deadline counts from the moment of acceptance', async () => {
  const generation = aGeneration(userId, { deadline_seconds: 30 });
  await acceptGenerations(db, [generation]);
  const row = await db
    .selectFrom('generation_history_v2')
    .select(sql<number>`extract(epoch from deadline_at - created_at)::float8`.as('seconds'))
    .executeTakeFirstOrThrow();
  expect(row.seconds).toBe(30);
});

test('keys are forgotten after 48 hours', async () => {
  await acceptGenerations(db, [keyed('old'), keyed('young')]);
  await sql`update idempotency_keys set created_at = now() - interval '48 hours 1 second' where key = 'old'`.execute(db);
  expect(await pruneIdempotencyKeys(db)).toBe(1);
  expect(await findIdempotencyKey(db, { userId, route: 'v2', key: 'old' })).toBeUndefined();
  expect(await findIdempotencyKey(db, { userId, route: 'v2', key: 'young' })).toBeDefined();
});
