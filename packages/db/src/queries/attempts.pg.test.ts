import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aClaimedGeneration, anIntent, aUser, expireLease } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { recordIntent, recordOutcome, recordSubmitted } from './attempts.ts';
import { claimGeneration } from './claims.ts';
import { listEvents } from './events.ts';
import { finishGeneration } from './finish-generation.ts';
import { listAttempts } from './generations.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  userId = await aUser(db);
});
afterAll(() => database[Symbol.asyncDispose]());

async function anIntendedAttempt() {
  const generation = await aClaimedGeneration(db, userId);
  const lease = { generationId: generation.generation_id, epoch: generation.lease_epoch };
  const intent = anIntent(generation);
  expect(await recordIntent(db, lease, intent)).toBe(true);
  return { generation, lease, intent };
}

const taken = { providerRequestId: 'r1', providerUrls: {} };

test('there is one intent for a try and a call, even when many write it at once', async () => {
  const generation = await aClaimedGeneration(db, userId);
  const lease = { generationId: generation.generation_id, epoch: 1 };
  const recorded = await Promise.all(Array.from({ length: 10 }, () => recordIntent(db, lease, anIntent(generation))));
  expect(recorded.filter(Boolean)).toHaveLength(1);
  expect(await recordIntent(db, lease, anIntent(generation, { call: 1 }))).toBe(true);
  expect(await recordIntent(db, lease, anIntent(generation, { try: 2 }))).toBe(true);
  expect(await listAttempts(db, lease.generationId)).toHaveLength(3);
});

test('a token that exists already makes no intent', async () => {
  const { generation, lease, intent } = await anIntendedAttempt();
  expect(await recordIntent(db, lease, anIntent(generation, { call: 1, callbackToken: intent.callbackToken }))).toBe(false);
});

test('the id of the provider comes with an event, once', async () => {
  const { lease, intent } = await anIntendedAttempt();
  expect(await recordSubmitted(db, lease.generationId, { attemptId: intent.id, ...taken })).toBe(2);
  expect(await recordSubmitted(db, lease.generationId, { attemptId: intent.id, ...taken, providerRequestId: 'r2' })).toBeNull();
  expect(await listEvents(db, lease.generationId, 1)).toMatchObject([{ seq: 2, type: 'submitted', status: 'processing' }]);
  const { provider_request_id } = await attemptRow(intent.id);
  expect(provider_request_id).toBe('r1');
});

test('an unknown attempt is adopted when its id turns up', async () => {
  const { lease, intent } = await anIntendedAttempt();
  await recordOutcome(db, lease, intent.id, { state: 'unknown', error: { code: 'OUTCOME_UNKNOWN', message: 'lost' }, costMicros: 0 });
  expect(await recordSubmitted(db, lease.generationId, { attemptId: intent.id, ...taken })).toBe(2);
  expect(await attemptRow(intent.id)).toMatchObject({ state: 'submitted', provider_request_id: 'r1' });
});

test('after the end of the generation the id is kept without an event', async () => {
  const { lease, intent } = await anIntendedAttempt();
  await finishGeneration(db, lease, { status: 'failed', error: { code: 'DEADLINE_EXCEEDED', message: 'late' } }, 's');
  expect(await recordSubmitted(db, lease.generationId, { attemptId: intent.id, ...taken })).toBeNull();
  expect(await attemptRow(intent.id)).toMatchObject({ state: 'submitted', provider_request_id: 'r1' });
  expect((await listEvents(db, lease.generationId, 0)).at(-1)).toMatchObject({ seq: 2, type: 'failed' });
});

test('an attempt that has ended does not end again', async () => {
  const { lease, intent } = await anIntendedAttempt();
  const error = { code: 'CONTENT_REJECTED', message: 'no' };
  expect(await recordOutcome(db, lease, intent.id, { state: 'failed', error, costMicros: 7 })).toBe(true);
  expect(await recordOutcome(db, lease, intent.id, { state: 'succeeded', images: [], costMicros: 9 })).toBe(false);
  expect(await attemptRow(intent.id)).toMatchObject({ state: 'failed', error, cost_micros: 7 });
});

test('the next owner finds the pictures and the price of an attempt that succeeded', async () => {
  const { lease, intent } = await anIntendedAttempt();
  const image = { sha256: 'a'.repeat(64), content_type: 'image/png', width: 64, height: 64, bytes: 9, seed: 42, placeholder: 'x' };
  await recordOutcome(db, lease, intent.id, { state: 'succeeded', images: [image], costMicros: 25_000 });
  await expireLease(db, lease.generationId);
  const next = await claimGeneration(db, { generationId: lease.generationId, owner: 'next', leaseMs: 1_000 });
  expect(next?.attempts).toMatchObject([{ state: 'succeeded', images: [image], cost_micros: 25_000 }]);
});

function attemptRow(id: string) {
  return db.selectFrom('generation_attempts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}
