import { engineIds } from '@imagegen/core/engines/engine';
import { newToken } from '@imagegen/runtime/ids';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aClaimedGeneration, anIntent, aUser, expireLease } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { recordIntent, recordOutcome, recordSubmitted } from './attempts.ts';
import { claimGeneration, releaseLease } from './claims.ts';
import { takeUnrung } from './sweep.ts';
import { type Callback, findCallback, pruneCallbacks, storeCallback, takeParkedCallbacks } from './webhook-inbox.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  userId = await aUser(db);
});
beforeEach(() => sql`truncate generation_history_v2, webhook_inbox cascade`.execute(db));
afterAll(() => database[Symbol.asyncDispose]());

/** A claimed generation with an attempt whose POST may be on its way. */
async function anAttempt() {
  const generation = await aClaimedGeneration(db, userId);
  const lease = { generationId: generation.generation_id, epoch: 1 };
  const intent = anIntent(generation);
  await recordIntent(db, lease, intent);
  const callback: Callback = { provider: 'fal', webhookId: 'w1', providerRequestId: 'r1', callbackToken: intent.callbackToken };
  return { lease, intent, callback, generationId: lease.generationId };
}

const giveBack = (lease: { generationId: string; epoch: number }) => releaseLease(db, lease, { delayMs: 3_600_000, countsAsTry: false });

async function unrung(): Promise<string[]> {
  return (await takeUnrung(db, { engines: engineIds, quietMs: 10_000, limit: 100 })).map(({ generation_id }) => generation_id);
}

async function inbox(): Promise<{ webhook_id: string; parked: boolean }[]> {
  const rows = await db.selectFrom('webhook_inbox').select(['webhook_id', 'processed_at']).orderBy('webhook_id').execute();
  return rows.map(({ webhook_id, processed_at }) => ({ webhook_id, parked: processed_at === null }));
}

test('a callback for an answer that was lost makes the generation due at once', async () => {
  const { lease, callback, generationId } = await anAttempt();
  await giveBack(lease);
  expect(await findCallback(db, 'fal', callback.callbackToken)).toBeNull();
  expect(await storeCallback(db, callback)).toEqual({
    outcome: 'matched',
    ring: { provider: 'fal', generation_id: generationId, due: true },
  });
  expect(await findCallback(db, 'fal', callback.callbackToken)).toBe('r1');
  expect(await findCallback(db, 'replicate', callback.callbackToken)).toBeNull();
  expect(await unrung()).toEqual([generationId]);
  expect(await claimGeneration(db, { generationId, owner: 'next', leaseMs: 1_000 })).not.toBeNull();
});

test('a callback that came while the loser of its answer was about to leave is dealt with as soon as he has left', async () => {
  const { lease, callback, generationId } = await anAttempt();
  expect((await storeCallback(db, callback)).ring).toMatchObject({ due: false });
  expect(await takeParkedCallbacks(db)).toEqual([]);
  await giveBack(lease);
  expect(await takeParkedCallbacks(db)).toEqual([{ provider: 'fal', generation_id: generationId, due: true }]);
  expect(await takeParkedCallbacks(db)).toEqual([]);
  expect(await unrung()).toEqual([generationId]);
});

test('a callback while the owner of a lost answer is dead is kept for the next one', async () => {
  const { callback, generationId } = await anAttempt();
  await storeCallback(db, callback);
  await sql`update webhook_inbox set received_at = now() - interval '20 minutes'`.execute(db);
  expect(await pruneCallbacks(db)).toBe(0);
  await expireLease(db, generationId);
  expect(await takeParkedCallbacks(db)).toHaveLength(1);
  expect(await findCallback(db, 'fal', callback.callbackToken)).toBe('r1');
});

test('a callback before our own answer, or while somebody polls, only rings', async () => {
  const { lease, intent, callback, generationId } = await anAttempt();
  const ring = { provider: 'fal', generation_id: generationId, due: false };
  expect((await storeCallback(db, callback)).ring).toEqual(ring);
  await recordSubmitted(db, generationId, { attemptId: intent.id, providerRequestId: 'r1', providerUrls: {} });
  expect((await storeCallback(db, { ...callback, webhookId: 'w2' })).ring).toEqual(ring);
  await giveBack(lease);
  expect((await storeCallback(db, { ...callback, webhookId: 'w3' })).ring).toEqual(ring);
  expect(await unrung()).toEqual([]);
});

test('a callback for an attempt that has ended is remembered and rings for nobody', async () => {
  const { lease, intent, callback } = await anAttempt();
  await recordOutcome(db, lease, intent.id, { state: 'failed', error: { code: 'PROVIDER_ERROR', message: 'no' }, costMicros: 0 });
  expect(await storeCallback(db, callback)).toEqual({ outcome: 'matched', ring: null });
  expect(await inbox()).toEqual([{ webhook_id: 'w1', parked: false }]);
});

test('a callback for an engine that the generation has moved on from rings for nobody', async () => {
  const { lease, callback } = await anAttempt();
  await giveBack(lease);
  await sql`update generation_history_v2 set engine = 'replicate', provider = 'replicate'`.execute(db);
  expect(await storeCallback(db, callback)).toEqual({ outcome: 'matched', ring: null });
  expect(await inbox()).toEqual([{ webhook_id: 'w1', parked: false }]);
  expect(await unrung()).toEqual([]);
});

test('the same delivery again, at once or later, for this token or another, is one row and wakes nobody', async () => {
  const { lease, callback } = await anAttempt();
  await giveBack(lease);
  const stored = await Promise.all(Array.from({ length: 10 }, () => storeCallback(db, callback)));
  expect(stored.filter(({ outcome }) => outcome === 'matched')).toHaveLength(1);
  const { rows } = await sql`update generation_history_v2 set next_attempt_at = now() + interval '1 hour' returning 1`.execute(db);
  expect(rows).toHaveLength(1);
  for (const callbackToken of [callback.callbackToken, newToken()]) {
    expect(await storeCallback(db, { ...callback, callbackToken })).toEqual({ outcome: 'duplicate', ring: null });
  }
  expect(await inbox()).toHaveLength(1);
  expect(await unrung()).toEqual([]);
});

test('an unknown token, or one of another provider, is parked, wakes nobody, and is taken once when its attempt is known', async () => {
  const { lease, callback, generationId } = await anAttempt();
  await giveBack(lease);
  expect(await storeCallback(db, { ...callback, provider: 'replicate' })).toEqual({ outcome: 'parked', ring: null });
  expect(await storeCallback(db, { ...callback, callbackToken: newToken() })).toEqual({ outcome: 'parked', ring: null });
  expect(await unrung()).toEqual([]);
  expect(await takeParkedCallbacks(db)).toEqual([]);

  await sql`update webhook_inbox set callback_token = ${callback.callbackToken} where provider = 'fal'`.execute(db);
  const taken = await Promise.all([takeParkedCallbacks(db), takeParkedCallbacks(db)]);
  expect(taken.flat()).toEqual([{ provider: 'fal', generation_id: generationId, due: true }]);
  expect(await takeParkedCallbacks(db)).toEqual([]);
});

test('parked callbacks are kept for ten minutes, the others for a day', async () => {
  const { lease, callback } = await anAttempt();
  await giveBack(lease);
  await storeCallback(db, callback);
  await storeCallback(db, { ...callback, webhookId: 'w2', callbackToken: newToken() });
  const age = (minutes: number) => sql`update webhook_inbox set received_at = now() - make_interval(mins => ${minutes})`.execute(db);
  await age(9);
  expect(await pruneCallbacks(db)).toBe(0);
  await age(11);
  expect(await pruneCallbacks(db)).toBe(1);
  expect(await inbox()).toEqual([{ webhook_id: 'w1', parked: false }]);
  await age(24 * 60 + 1);
  expect(await pruneCallbacks(db)).toBe(1);
});
