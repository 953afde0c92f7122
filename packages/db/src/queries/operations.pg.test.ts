import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aClaimedGeneration, aGeneration, anIntent, aUser } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations } from './accept-generations.ts';
import { recordIntent } from './attempts.ts';
import { finishGeneration } from './finish-generation.ts';
import { findOwner, listTroubled, readOutbox, readQueues } from './operations.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  userId = await aUser(db, 'key:ann');
});
afterAll(() => database[Symbol.asyncDispose]());

const within = { hours: 1, limit: 10, mostOpen: 100 };

async function aFailure(code: string): Promise<string> {
  const claimed = await aClaimedGeneration(db, userId);
  const generationId = claimed.generation_id;
  await recordIntent(db, { generationId, epoch: 1 }, anIntent(claimed));
  const end = { status: 'failed' as const, error: { code, message: 'so it is' } };
  await finishGeneration(db, { generationId, epoch: 1 }, end, `generation.event.${userId}.${generationId}`);
  return generationId;
}

test('what failed lately is told with whose it is and what was tried, unless it was canceled', async () => {
  const failed = await aFailure('PROVIDER_ERROR');
  await aFailure('CANCELED');
  const [only, ...others] = await listTroubled(db, within);
  expect(others).toEqual([]);
  expect(only).toMatchObject({ generation_id: failed, user: 'key:ann', status: 'failed', error: { code: 'PROVIDER_ERROR' } });
  expect(only?.attempts).toMatchObject([{ try: 1, call: 0, engine: 'flux-standard', error: null }]);
  await sql`update generation_history_v2 set completed_at = now() - interval '2 hours' where generation_id = ${failed}`.execute(db);
  expect(await listTroubled(db, within)).toEqual([]);
});

test('what is at it for a second time is told as well', async () => {
  const { generation_id: again } = await aClaimedGeneration(db, userId);
  await aClaimedGeneration(db, userId);
  await sql`update generation_history_v2 set tries = 2 where generation_id = ${again}`.execute(db);
  expect((await listTroubled(db, within)).map(({ generation_id }) => generation_id)).toEqual([again]);
});

test('queues are counted by engine, and what waits for its time apart', async () => {
  const later = aGeneration(userId, { engine: 'replicate', provider: 'replicate' });
  await acceptGenerations(db, [later, aGeneration(userId, { engine: 'replicate', provider: 'replicate' })]);
  await sql`update generation_history_v2 set next_attempt_at = now() + interval '1 minute' where generation_id = ${later.generation_id}`.execute(
    db,
  );
  const queues = await readQueues(db, 100);
  expect(queues.find(({ engine }) => engine === 'replicate')).toMatchObject({ waiting: 2, held_back: 1, running: 0 });
  expect(queues.find(({ engine }) => engine === 'flux-standard')).toMatchObject({ waiting: 0, running: 2 });
});

test('undelivered messages have a number and an age', async () => {
  await sql`delete from outbox`.execute(db);
  expect(await readOutbox(db, 100)).toEqual({ waiting: 0, oldest_seconds: 0 });
  await sql`insert into outbox (subject, payload, created_at) values ('a', '{}', now() - interval '1 minute'), ('b', '{}', now())`.execute(
    db,
  );
  const { waiting, oldest_seconds } = await readOutbox(db, 100);
  expect(waiting).toBe(2);
  expect(oldest_seconds).toBeGreaterThanOrEqual(60);
});

test('finds an owner by either id, and nobody for a deleted one', async () => {
  const generation = aGeneration(userId);
  await acceptGenerations(db, [generation]);
  const owner = { id: userId, role: 'user' };
  expect([await findOwner(db, generation.generation_id), await findOwner(db, generation.request_id)]).toEqual([owner, owner]);
  await sql`update generation_history_v2 set deleted_at = now() where generation_id = ${generation.generation_id}`.execute(db);
  expect(await findOwner(db, generation.generation_id)).toBeUndefined();
});
