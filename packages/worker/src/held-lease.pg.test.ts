import { createMigratedDatabase, type MigratedDatabase } from '@imagegen/db/migrated-database';
import { aClaimedGeneration, aUser, expireLease } from '@imagegen/db/new-generation.fixture';
import { claimGeneration } from '@imagegen/db/queries/claims';
import { waitUntil } from '@imagegen/embedded/wait-until';
import { createLogger } from '@imagegen/runtime/logger';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { HeldLease, LeaseLostError, leaseMs } from './held-lease.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());
afterAll(() => database[Symbol.asyncDispose]());

const logger = createLogger('test', 'silent');

async function hold(db = database.db) {
  const askedAt = performance.now();
  const { generation_id: generationId } = await aClaimedGeneration(database.db, await aUser(database.db));
  let signs = 0;
  const held = new HeldLease({ db, logger }, { generationId, epoch: 1, askedAt }, () => {
    signs += 1;
  });
  return { held, generationId, signs: () => signs };
}

test('renews every third of the lease and says that work goes on', async () => {
  const { held, generationId, signs } = await hold();
  await expireLease(database.db, generationId);
  vi.advanceTimersByTime(leaseMs / 3);
  expect(await waitUntil(() => signs() === 1, 5_000)).toBe(true);
  expect(await claimGeneration(database.db, { generationId, owner: 'other', leaseMs })).toBeNull();
  vi.advanceTimersByTime(leaseMs - 1);
  held.assertHeld();
  await held[Symbol.asyncDispose]();
});

test('is not held any more by the own clock, before any timer has run', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { held } = await hold();
  held.assertHeld();
  vi.advanceTimersByTime(leaseMs + 1);
  expect(() => held.assertHeld()).toThrow(LeaseLostError);
  expect(held.signal.aborted).toBe(false);
  await held[Symbol.asyncDispose]();
});

test('counts from before the claim was asked for: a pause during the claim counts too', async () => {
  const { generation_id: generationId } = await aClaimedGeneration(database.db, await aUser(database.db));
  await using held = new HeldLease(
    { db: database.db, logger },
    { generationId, epoch: 1, askedAt: performance.now() - leaseMs - 1 },
    () => undefined,
  );
  expect(() => held.assertHeld()).toThrow(LeaseLostError);
});

test('ends when somebody else has taken over', async () => {
  const { held, generationId, signs } = await hold();
  await expireLease(database.db, generationId);
  await claimGeneration(database.db, { generationId, owner: 'other', leaseMs });
  vi.advanceTimersByTime(leaseMs / 3);
  expect(await waitUntil(() => held.signal.aborted, 5_000)).toBe(true);
  expect(held.signal.reason).toBeInstanceOf(LeaseLostError);
  expect(() => held.assertHeld()).toThrow(LeaseLostError);
  expect(signs()).toBe(0);
  await held[Symbol.asyncDispose]();
});

test('outlives a database that is away for a moment, and ends when it stays away', async () => {
  const gone = await createMigratedDatabase();
  const { held } = await hold(gone.db);
  await gone[Symbol.asyncDispose]();
  vi.advanceTimersByTime(leaseMs / 3);
  expect(held.signal.aborted).toBe(false);
  for (let renewal = 0; renewal < 3; renewal += 1) vi.advanceTimersByTime(leaseMs / 3);
  expect(await waitUntil(() => held.signal.aborted, 5_000)).toBe(true);
  await held[Symbol.asyncDispose]();
});

test('is not renewed while one of its calls hangs, and lost when it does not come back', async () => {
  const { held, signs } = await hold();
  held.beat(0, leaseMs);
  held.beat(1, 10 * leaseMs);
  for (let renewals = 1; renewals <= 3; renewals += 1) {
    vi.advanceTimersByTime(leaseMs / 3);
    expect(await waitUntil(() => signs() === renewals, 5_000)).toBe(true);
  }
  vi.advanceTimersByTime(leaseMs);
  expect(held.signal.aborted).toBe(false);
  vi.advanceTimersByTime(leaseMs / 3);
  expect(signs()).toBe(3);
  expect(held.signal.aborted).toBe(true);
  await held[Symbol.asyncDispose]();
});

test('goes on when the call that hung has ended', async () => {
  const { held, signs } = await hold();
  held.beat(0, 0);
  vi.advanceTimersByTime(leaseMs / 3);
  held.rest(0);
  vi.advanceTimersByTime(leaseMs / 3);
  expect(await waitUntil(() => signs() === 1, 5_000)).toBe(true);
  expect(held.signal.aborted).toBe(false);
  await held[Symbol.asyncDispose]();
});

test('may be asked whether it is held for a while longer', async () => {
  const { held } = await hold();
  held.assertHeld(leaseMs / 2);
  vi.advanceTimersByTime(1);
  expect(() => held.assertHeld(leaseMs)).toThrow(LeaseLostError);
  await held[Symbol.asyncDispose]();
});
