import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aClaimedGeneration, aGeneration, anIntent, aUser, expireLease } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations } from './accept-generations.ts';
import { recordIntent, recordOutcome, recordSubmitted } from './attempts.ts';
import { claimGeneration, releaseLease, renewLease } from './claims.ts';
import { appendEvent } from './events.ts';
import { finishGeneration } from './finish-generation.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
beforeAll(async () => {
  database = await createMigratedDatabase(20);
  db = database.db;
  userId = await aUser(db);
});
afterAll(() => database[Symbol.asyncDispose]());

const leaseMs = 60_000;

async function anAcceptedGeneration(): Promise<string> {
  const generation = aGeneration(userId);
  await acceptGenerations(db, [generation]);
  return generation.generation_id;
}

/** Everything the database says about one generation, to see that nothing changed. */
async function everythingAbout(generationId: string) {
  const { rows } = await sql`
    select to_jsonb(g) as generation, (select jsonb_agg(a order by a.id) from generation_attempts a where a.generation_id = g.generation_id) as attempts,
      (select jsonb_agg(e order by e.seq) from generation_events e where e.generation_id = g.generation_id) as events,
      (select count(*) from outbox where payload ->> 'generation_id' = g.generation_id) as outbox
    from generation_history_v2 g where generation_id = ${generationId}`.execute(db);
  return rows[0];
}

test('of twenty who want a generation one gets it', async () => {
  const generationId = await anAcceptedGeneration();
  const claims = await Promise.all(
    Array.from({ length: 20 }, (_, index) => claimGeneration(db, { generationId, owner: `w${index}`, leaseMs })),
  );
  const won = claims.filter((claim) => claim !== null);
  expect(won).toHaveLength(1);
  expect(won[0]).toMatchObject({ generation_id: generationId, user_id: userId, lease_epoch: 1, tries: 0, event_seq: 1, attempts: [] });
  expect(won[0]?.remaining_ms).toBeGreaterThan(590_000);
});

test('a lease that ran out is taken over under the next epoch, with all that was done', async () => {
  const first = await aClaimedGeneration(db, userId);
  const { generation_id: generationId } = first;
  const intent = anIntent(first);
  await recordIntent(db, { generationId, epoch: 1 }, intent);
  expect(await claimGeneration(db, { generationId, owner: 'second', leaseMs })).toBeNull();
  await expireLease(db, generationId);
  const second = await claimGeneration(db, { generationId, owner: 'second', leaseMs });
  expect(second).toMatchObject({
    lease_epoch: 2,
    started_at: first.started_at,
    attempts: [
      { id: intent.id, try: 1, call: 0, state: 'intent', callback_token: intent.callbackToken, provider_request_id: null, images: null },
    ],
  });
  expect(second?.attempts[0]?.age_ms).toBeGreaterThanOrEqual(0);
});

test('a renewed lease is not taken over', async () => {
  const { generation_id: generationId } = await aClaimedGeneration(db, userId);
  await expireLease(db, generationId);
  expect(await renewLease(db, { generationId, epoch: 1 }, leaseMs)).toEqual({ cancelRequested: false });
  expect(await claimGeneration(db, { generationId, owner: 'second', leaseMs })).toBeNull();
});

test('who lost the lease writes nothing, whatever it tries', async () => {
  const claimed = await aClaimedGeneration(db, userId);
  const { generation_id: generationId } = claimed;
  const stale = { generationId, epoch: 1 };
  const intent = anIntent(claimed);
  await recordIntent(db, stale, intent);
  await expireLease(db, generationId);
  await claimGeneration(db, { generationId, owner: 'second', leaseMs });
  const before = await everythingAbout(generationId);

  expect(await renewLease(db, stale, leaseMs)).toBeNull();
  expect(await releaseLease(db, stale, { delayMs: 0, countsAsTry: true })).toBe(false);
  expect(await recordIntent(db, stale, { ...intent, id: 'att_stale', try: 2, callbackToken: 'stale' })).toBe(false);
  expect(await recordOutcome(db, stale, intent.id, { state: 'succeeded', images: [], costMicros: 1 })).toBe(false);
  expect(await recordOutcome(db, stale, intent.id, { state: 'failed', error: { code: 'X', message: '' }, costMicros: 1 })).toBe(false);
  expect(await appendEvent(db, stale, { type: 'progressed', progress: 50, queuePosition: null })).toBeNull();
  expect(await finishGeneration(db, stale, { status: 'completed', images: [], creditsUsed: 1, adjustments: [] }, 's')).toBeNull();
  expect(await finishGeneration(db, stale, { status: 'failed', error: { code: 'X', message: '' } }, 's')).toBeNull();

  expect(await everythingAbout(generationId)).toEqual(before);
});

test("the provider's id is kept even by one who lost the lease", async () => {
  const claimed = await aClaimedGeneration(db, userId);
  const { generation_id: generationId } = claimed;
  const intent = anIntent(claimed);
  await recordIntent(db, { generationId, epoch: 1 }, intent);
  await expireLease(db, generationId);
  await claimGeneration(db, { generationId, owner: 'second', leaseMs });
  await recordSubmitted(db, generationId, { attemptId: intent.id, providerRequestId: 'late', providerUrls: { status: 'https://x' } });
  await expireLease(db, generationId);
  const third = await claimGeneration(db, { generationId, owner: 'third', leaseMs });
  expect(third?.attempts).toMatchObject([{ state: 'submitted', provider_request_id: 'late', provider_urls: { status: 'https://x' } }]);
});

test('a generation given back is due after its delay, once more by tries only when that was one', async () => {
  const { generation_id: generationId } = await aClaimedGeneration(db, userId);
  expect(await releaseLease(db, { generationId, epoch: 1 }, { delayMs: 0, countsAsTry: false })).toBe(true);
  const second = await claimGeneration(db, { generationId, owner: 'second', leaseMs });
  expect(second).toMatchObject({ lease_epoch: 2, tries: 0 });
  await releaseLease(db, { generationId, epoch: 2 }, { delayMs: 60_000, countsAsTry: true });
  expect(await claimGeneration(db, { generationId, owner: 'third', leaseMs })).toBeNull();
  await sql`update generation_history_v2 set next_attempt_at = now() where generation_id = ${generationId}`.execute(db);
  expect(await claimGeneration(db, { generationId, owner: 'third', leaseMs })).toMatchObject({ lease_epoch: 3, tries: 1 });
});

test.for(['completed', 'failed'] as const)('a generation that is %s is never taken again', async (status) => {
  const { generation_id: generationId } = await aClaimedGeneration(db, userId);
  const end =
    status === 'completed'
      ? { status, images: [], creditsUsed: 0, adjustments: [] }
      : { status, error: { code: 'PROVIDER_ERROR', message: 'no' } };
  await finishGeneration(db, { generationId, epoch: 1 }, end, 's');
  expect(await claimGeneration(db, { generationId, owner: 'second', leaseMs })).toBeNull();
});
