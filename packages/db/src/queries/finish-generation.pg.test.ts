import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aClaimedGeneration, aGeneration, aUser, expireLease } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations } from './accept-generations.ts';
import { listEvents } from './events.ts';
import { expireGeneration, finishGeneration, type GenerationEnd } from './finish-generation.ts';
import { findGeneration } from './generations.ts';
import { listExpired } from './sweep.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  userId = await aUser(db);
});
afterAll(() => database[Symbol.asyncDispose]());

const image = { sha256: 'b'.repeat(64), content_type: 'image/jpeg', width: 64, height: 64, bytes: 5, seed: 42, placeholder: 'p' };
const adjustment = { parameter: 'size', kind: 'approximated', asked: '64x64', used: '65x65', reason: 'so' } as const;
const success: GenerationEnd = { status: 'completed', images: [image], creditsUsed: 0.0251, adjustments: [adjustment] };
const late = { status: 'failed' as const, error: { code: 'DEADLINE_EXCEEDED', message: 'late' } };

async function aPendingGeneration(deadlineSeconds: number): Promise<string> {
  const generation = aGeneration(userId, { deadline_seconds: deadlineSeconds });
  await acceptGenerations(db, [generation]);
  return generation.generation_id;
}

test('status, pictures, credits, last event and announcement come together', async () => {
  const { generation_id: generationId } = await aClaimedGeneration(db, userId);
  const subject = `generation.event.${userId}.${generationId}`;
  const announcement = await finishGeneration(db, { generationId, epoch: 1 }, success, subject);
  expect(announcement).toEqual({ outboxId: expect.any(Number), seq: 2 });
  expect(await findGeneration(db, userId, generationId)).toMatchObject({
    status: 'completed',
    images: [image],
    credits_used: '0.0251',
    delivery_adjustments: [adjustment],
    progress: 100,
    event_seq: 2,
    error: null,
    queue_position: null,
    completed_at: expect.any(Date),
    generation_time: expect.any(Number),
  });
  expect((await listEvents(db, generationId, 1))[0]).toMatchObject({ seq: 2, type: 'completed', status: 'completed', progress: 100 });
  const outbox = await db.selectFrom('outbox').selectAll().where('id', '=', announcement!.outboxId).executeTakeFirst();
  expect(outbox).toMatchObject({ subject, payload: { v: 1, generation_id: generationId, seq: 2, type: 'completed' } });
});

test('of many ends at once one counts, and it is never undone', async () => {
  const { generation_id: generationId } = await aClaimedGeneration(db, userId);
  const lease = { generationId, epoch: 1 };
  const ends = Array.from({ length: 10 }, (_, index) => finishGeneration(db, lease, index % 2 ? success : late, 's'));
  expect((await Promise.all(ends)).filter((end) => end !== null)).toHaveLength(1);
  const stored = await findGeneration(db, userId, generationId);
  for (const epoch of [1, 2, 3]) expect(await finishGeneration(db, { generationId, epoch }, success, 's')).toBeNull();
  await sql`update generation_history_v2 set deadline_at = now() - interval '1 s' where generation_id = ${generationId}`.execute(db);
  expect(await expireGeneration(db, generationId, late, 's')).toBeNull();
  expect(await findGeneration(db, userId, generationId)).toEqual(stored);
  expect(await listEvents(db, generationId, 0)).toHaveLength(2);
});

test('a failed generation costs nothing and shows no picture', async () => {
  const { generation_id: generationId } = await aClaimedGeneration(db, userId);
  await finishGeneration(db, { generationId, epoch: 1 }, late, 's');
  expect(await findGeneration(db, userId, generationId)).toMatchObject({
    status: 'failed',
    images: [],
    credits_used: '0.0000',
    error: late.error,
  });
});

test('a generation past its deadline that nobody ever took ends', async () => {
  const generationId = await aPendingGeneration(-1);
  expect(await listExpired(db, { graceMs: 30_000, limit: 1_000 })).toContainEqual({ generation_id: generationId, user_id: userId });
  expect(await expireGeneration(db, generationId, late, 's')).toMatchObject({ seq: 2 });
  expect(await expireGeneration(db, generationId, late, 's')).toBeNull();
  expect(await listExpired(db, { graceMs: 30_000, limit: 1_000 })).not.toContainEqual({ generation_id: generationId, user_id: userId });
});

test('before its deadline, or while somebody holds it, a generation does not expire', async () => {
  const young = await aPendingGeneration(60);
  const { generation_id: held } = await aClaimedGeneration(db, userId, { deadline_seconds: -1 });
  for (const generationId of [young, held]) {
    expect(await listExpired(db, { graceMs: 30_000, limit: 1_000 })).not.toContainEqual({ generation_id: generationId, user_id: userId });
    expect(await expireGeneration(db, generationId, late, 's')).toBeNull();
  }
  await expireLease(db, held);
  expect(await expireGeneration(db, held, late, 's')).toMatchObject({ seq: 2 });
  expect(await finishGeneration(db, { generationId: held, epoch: 1 }, success, 's')).toBeNull();
});
