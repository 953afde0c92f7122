import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aClaimedGeneration, anIntent, aUser } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { recordIntent, recordSubmitted } from './attempts.ts';
import { appendEvent, listEvents } from './events.ts';
import { finishGeneration } from './finish-generation.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
beforeAll(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  userId = await aUser(db);
});
afterAll(() => database[Symbol.asyncDispose]());

test('fifty who write at once leave no gap, and progress never goes back', async () => {
  const generation = await aClaimedGeneration(db, userId);
  const lease = { generationId: generation.generation_id, epoch: 1 };
  const intents = Array.from({ length: 5 }, (_, call) => anIntent(generation, { call }));
  for (const intent of intents) await recordIntent(db, lease, intent);

  const appended = Array.from({ length: 45 }, (_, index) =>
    appendEvent(db, lease, { type: 'progressed', progress: (index * 37) % 100, queuePosition: null }),
  );
  const submitted = intents.map(({ id }) =>
    recordSubmitted(db, lease.generationId, { attemptId: id, providerRequestId: id, providerUrls: {} }),
  );
  const seqs = await Promise.all([...appended, ...submitted]);
  expect(seqs.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 2));

  await finishGeneration(db, lease, { status: 'failed', error: { code: 'X', message: '' } }, 's');
  const events = await listEvents(db, lease.generationId, 0);
  expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 52 }, (_, index) => index + 1));
  expect(events.at(-1)).toMatchObject({ type: 'failed', status: 'failed', progress: 99 });
  const progress = events.map((event) => event.progress);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
});

test('a reader goes on after the last line it has seen', async () => {
  const { generation_id: generationId } = await aClaimedGeneration(db, userId);
  await appendEvent(db, { generationId, epoch: 1 }, { type: 'queued', progress: 0, queuePosition: 3 });
  expect(await listEvents(db, generationId, 1)).toMatchObject([{ seq: 2, type: 'queued', queue_position: 3, progress: 0 }]);
  expect(await listEvents(db, generationId, 2)).toEqual([]);
});

test('nothing follows the last line', async () => {
  const { generation_id: generationId } = await aClaimedGeneration(db, userId);
  await finishGeneration(db, { generationId, epoch: 1 }, { status: 'failed', error: { code: 'X', message: '' } }, 's');
  for (const epoch of [1, 2]) {
    expect(await appendEvent(db, { generationId, epoch }, { type: 'progressed', progress: 1, queuePosition: null })).toBeNull();
  }
});
