import { engines } from '@imagegen/core/engines/catalogue';
import { createMigratedDatabase, type MigratedDatabase } from '@imagegen/db/migrated-database';
import { aClaimedGeneration, aGeneration, anIntent, aUser } from '@imagegen/db/new-generation.fixture';
import type { Database } from '@imagegen/db/open-database';
import { acceptGenerations } from '@imagegen/db/queries/accept-generations';
import { recordIntent } from '@imagegen/db/queries/attempts';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createMetrics } from '../metrics.ts';
import { Admission } from './admission.ts';
import { windowMs } from './wait-estimate.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  userId = await aUser(db);
});
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(async () => {
  vi.useRealTimers();
  await sql`truncate generation_history_v2 cascade`.execute(db);
});
afterAll(() => database[Symbol.asyncDispose]());

const fal = engines['flux-standard'];
const anAdmission = (most = 1_000) => new Admission(most, createMetrics({ outboxAgeSeconds: async () => 0 }));

async function accept(count: number): Promise<void> {
  await acceptGenerations(
    db,
    Array.from({ length: count }, () => aGeneration(userId)),
  );
}

async function begin(count: number): Promise<void> {
  for (let begun = 0; begun < count; begun += 1) {
    const generation = await aClaimedGeneration(db, userId);
    await recordIntent(db, { generationId: generation.generation_id, epoch: 1 }, anIntent(generation));
  }
}

async function lookForLong(admission: Admission): Promise<void> {
  for (let waitedMs = 0; waitedMs <= windowMs; waitedMs += windowMs / 3) {
    await admission.look(db);
    vi.advanceTimersByTime(windowMs / 3);
  }
}

test('a queue that is too long for a deadline is said to be so, and when to come back; a longer deadline is admitted', async () => {
  const admission = anAdmission();
  await accept(200);
  await begin(5);
  await lookForLong(admission);
  expect(admission.waitMs('fal')).toBe(600_000);
  expect(() => admission.admitTo(fal, 600)).toThrow(expect.objectContaining({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 15 }));
  expect(() => admission.admitTo(fal, 60)).toThrow(expect.objectContaining({ retryAfterSeconds: 300 }));
  admission.admitTo(fal, 700);
  admission.admitTo(engines.openai, 60);
  admission.admitAny();
});

test('generations that wait for a place of their own user are in nobody else’s way', async () => {
  const admission = anAdmission();
  await accept(200);
  await sql`update generation_history_v2 set next_attempt_at = now() + interval '1 min'`.execute(db);
  await begin(5);
  await lookForLong(admission);
  expect(admission.waitMs('fal')).toBe(0);
});

test('beyond the largest backlog nothing is accepted, counting what this process accepted since it looked', async () => {
  const admission = anAdmission(20);
  await accept(18);
  await admission.look(db);
  admission.admitAny();
  admission.accepted();
  admission.accepted();
  expect(() => admission.admitAny()).toThrow(expect.objectContaining({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 10 }));
  vi.advanceTimersByTime(60_000);
  await admission.look(db);
  admission.admitAny();
});
