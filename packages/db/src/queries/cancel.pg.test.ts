import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aClaimedGeneration, aGeneration, aUser, expireLease } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations } from './accept-generations.ts';
import { claimGeneration, releaseLease, renewLease } from './claims.ts';
import { cancelPending, finishGeneration } from './finish-generation.ts';
import { findGeneration } from './generations.ts';
import { requestCancel } from './mark-generation.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  userId = await aUser(db);
});
afterAll(() => database[Symbol.asyncDispose]());

const canceled = { status: 'failed' as const, error: { code: 'CANCELED', message: 'stopped' } };

it('ends what nobody has begun, once, and for its owner alone', async () => {
  const generation = aGeneration(userId);
  const generationId = generation.generation_id;
  await acceptGenerations(db, [generation]);
  expect(await cancelPending(db, { userId: await aUser(db, 'test:stranger'), generationId }, canceled, 's')).toBeNull();
  const ends = await Promise.all(Array.from({ length: 5 }, () => cancelPending(db, { userId, generationId }, canceled, 's')));
  expect(ends.filter((end) => end !== null)).toHaveLength(1);
  expect(await findGeneration(db, userId, generationId)).toMatchObject({ status: 'failed', error: canceled.error, credits_used: '0.0000' });
  expect(await claimGeneration(db, { generationId, owner: 'test', leaseMs: 1_000 })).toBeNull();
});

it('either is canceled or begins, never both', async () => {
  for (let round = 0; round < 10; round += 1) {
    const generation = aGeneration(userId);
    const generationId = generation.generation_id;
    await acceptGenerations(db, [generation]);
    const [end, claimed] = await Promise.all([
      cancelPending(db, { userId, generationId }, canceled, 's'),
      claimGeneration(db, { generationId, owner: 'test', leaseMs: 60_000 }),
    ]);
    expect((end === null) !== (claimed === null)).toBe(true);
  }
});

it('tells whoever holds it when the lease is renewed, and the next owner at once', async () => {
  const { generation_id: generationId, lease_epoch: epoch } = await aClaimedGeneration(db, userId);
  expect(await renewLease(db, { generationId, epoch }, 60_000)).toMatchObject({ cancelRequested: false });
  expect(await requestCancel(db, { userId: await aUser(db, 'test:stranger'), generationId })).toBe(false);
  expect(await requestCancel(db, { userId, generationId })).toBe(true);
  expect(await renewLease(db, { generationId, epoch }, 60_000)).toMatchObject({ cancelRequested: true });
  await expireLease(db, generationId);
  expect(await claimGeneration(db, { generationId, owner: 'next', leaseMs: 60_000 })).toMatchObject({ cancel_requested: true });
});

it('makes one that waits for its next try due at once', async () => {
  const { generation_id: generationId, lease_epoch: epoch } = await aClaimedGeneration(db, userId);
  await releaseLease(db, { generationId, epoch }, { delayMs: 600_000, countsAsTry: true });
  const claim = { generationId, owner: 'next', leaseMs: 60_000 };
  expect(await claimGeneration(db, claim)).toBeNull();
  await requestCancel(db, { userId, generationId });
  expect(await claimGeneration(db, claim)).toMatchObject({ cancel_requested: true });
  await finishGeneration(db, { generationId, epoch: epoch + 1 }, canceled, 's');
  expect(await requestCancel(db, { userId, generationId })).toBe(false);
});
