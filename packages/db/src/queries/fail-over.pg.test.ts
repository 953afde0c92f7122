import type { Fallback } from '@imagegen/core/routing/plan-fallbacks';
import { newId } from '@imagegen/runtime/ids';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMigratedDatabase } from '../migrated-database.ts';
import { aClaimedGeneration, aGeneration, anIntent, aUser, expireLease } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations, type NewGeneration } from './accept-generations.ts';
import { recordIntent, recordOutcome } from './attempts.ts';
import { type ClaimedGeneration, claimGeneration } from './claims.ts';
import { failOver, failOverUnheld, listStranded, type Move } from './fail-over.ts';
import { requestCancel } from './mark-generation.ts';

const undo = new AsyncDisposableStack();
let db: Database;
let userId: number;
beforeAll(async () => {
  db = undo.use(await createMigratedDatabase()).db;
  userId = await aUser(db);
});
afterAll(() => undo.disposeAsync());

const replicate: Fallback = {
  engine: 'replicate',
  label: 'replicate',
  plan: {
    calls: [{ endpoint: 'black-forest-labs/flux-dev-lora', body: {}, images: 1, seed: 43 }],
    actual: { steps: 28, cfg_scale: 3.5, width: 64, height: 64 },
    transcode: null,
  },
  adjustments: [{ parameter: 'negative_prompt', kind: 'approximated', asked: 'fog', used: '[not: fog]', reason: 'as text' }],
  estimated_cost_micros: 20_000,
  estimated_time_seconds: 10,
};
const openai: Fallback = { ...replicate, engine: 'openai', label: 'openai', estimated_time_seconds: 5 };
const move: Move = { from: 'flux-standard', to: 'replicate', reason: 'The provider cannot be reached.' };

const claimed = (changes: Partial<NewGeneration> = {}) =>
  aClaimedGeneration(db, userId, { fallbacks: [replicate, openai], hold_micros: 30_000, ...changes });

const leaseOf = ({ generation_id, lease_epoch }: ClaimedGeneration) => ({ generationId: generation_id, epoch: lease_epoch, userId });

async function attempt(generation: ClaimedGeneration, outcome: Parameters<typeof recordOutcome>[3] | null, number = 1): Promise<void> {
  const intent = anIntent(generation, { try: number });
  expect(await recordIntent(db, leaseOf(generation), intent)).toBe(true);
  if (outcome) expect(await recordOutcome(db, leaseOf(generation), intent.id, outcome)).toBe(true);
}

const error = { code: 'PROVIDER_ERROR', message: 'down' };
const free = { state: 'failed', error, costMicros: 0 } as const;

async function read(generationId: string) {
  const row = db.selectFrom('generation_history_v2').selectAll().where('generation_id', '=', generationId);
  const events = db.selectFrom('generation_events').select(['seq', 'type']).where('generation_id', '=', generationId).orderBy('seq');
  return { ...(await row.executeTakeFirstOrThrow()), events: (await events.execute()).map(({ seq, type }) => `${seq} ${type}`) };
}

test('one commit moves everything, keeps what was answered, and rings for the other service', async () => {
  const generation = await claimed();
  await attempt(generation, free);
  const moved = await failOver(db, leaseOf(generation), move);
  const id = generation.generation_id;
  expect(moved).toMatchObject({
    seq: 2,
    event: { subject: `generation.event.${userId}.${id}` },
    ring: { subject: `generation.requested.replicate.${id}` },
  });
  const outbox = await db
    .selectFrom('outbox')
    .select(['id', 'subject', 'payload'])
    .where('id', 'in', [moved!.event.outboxId, moved!.ring.outboxId])
    .orderBy('id')
    .execute();
  expect(outbox.map(({ payload }) => payload)).toEqual([
    { v: 1, generation_id: id, seq: 2, type: 'failed_over' },
    { v: 1, generation_id: id },
  ]);
  expect(await read(id)).toMatchObject({
    engine: 'replicate',
    provider: 'replicate',
    plan: replicate.plan,
    adjustments: replicate.adjustments,
    estimated_cost_micros: 20_000,
    estimated_time_seconds: 10,
    status: 'processing',
    tries: 1,
    tries_elsewhere: 1,
    lease_owner: null,
    lease_until: null,
    fallbacks: [openai],
    routing: { engine: 'flux-standard', failovers: [{ ...move, at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) }] },
    accepted_as: { provider: 'fal-standard', engine: 'flux-standard', seed: 42, adjustments: [], estimated_time_seconds: 15 },
    events: ['1 accepted', '2 failed_over'],
  });
});

test('the next owner sees no attempt of the former engine, and only the service it moved to may claim it', async () => {
  const generation = await claimed();
  await attempt(generation, free);
  await failOver(db, leaseOf(generation), move);
  const claim = { generationId: generation.generation_id, owner: 'b', leaseMs: 60_000 };
  expect(await claimGeneration(db, { ...claim, engines: ['flux-standard', 'flux-advanced'] })).toBeNull();
  const next = await claimGeneration(db, { ...claim, engines: ['replicate'] });
  expect(next).toMatchObject({ engine: 'replicate', tries: 1, tries_elsewhere: 1, attempts: [], fallbacks: ['openai'] });
  await attempt(next!, free, 2);
  expect(await failOver(db, leaseOf(next!), { ...move, from: 'replicate', to: 'openai' })).not.toBeNull();
  const twice = await read(generation.generation_id);
  expect(twice).toMatchObject({ engine: 'openai', tries: 2, tries_elsewhere: 2, fallbacks: [], accepted_as: { engine: 'flux-standard' } });
  expect(twice.routing.failovers?.map(({ from, to }) => [from, to])).toEqual([
    ['flux-standard', 'replicate'],
    ['replicate', 'openai'],
  ]);
});

test.each<[string, (generation: ClaimedGeneration) => Promise<unknown>]>([
  ['an attempt may be on its way', (generation) => attempt(generation, null)],
  ['an answer was lost', (generation) => attempt(generation, { state: 'unknown', error, costMicros: 0 })],
  ['an attempt failed and was paid', (generation) => attempt(generation, { state: 'failed', error, costMicros: 5 })],
  ['a picture is there', (generation) => attempt(generation, { state: 'succeeded', images: [], costMicros: 5 })],
  ['its owner wants it to stop', ({ generation_id }) => requestCancel(db, { userId, generationId: generation_id })],
  [
    'somebody else has claimed it',
    async ({ generation_id }) => {
      await expireLease(db, generation_id);
      await claimGeneration(db, { generationId: generation_id, owner: 'b', leaseMs: 60_000 });
    },
  ],
  ['it has moved before', (generation) => failOver(db, leaseOf(generation), { ...move, to: 'openai' })],
])('it does not move when %s', async (_, happen) => {
  const generation = await claimed();
  await happen(generation);
  const before = await read(generation.generation_id);
  expect(await failOver(db, leaseOf(generation), move)).toBeNull();
  expect(await read(generation.generation_id)).toEqual(before);
});

test('it does not move to what is no fallback of it, or dearer than its hold', async () => {
  const generation = await claimed({ fallbacks: [{ ...replicate, estimated_cost_micros: 30_001 }] });
  expect(await failOver(db, leaseOf(generation), move)).toBeNull();
  expect(await failOver(db, leaseOf(generation), { ...move, to: 'openai' })).toBeNull();
});

test('two that move it at once move it once', async () => {
  const generation = await claimed();
  const moves = await Promise.all([failOver(db, leaseOf(generation), move), failOver(db, leaseOf(generation), { ...move, to: 'openai' })]);
  expect(moves.filter(Boolean)).toHaveLength(1);
  expect((await read(generation.generation_id)).events).toEqual(['1 accepted', '2 failed_over']);
});

test('what nobody holds is found and moved where it stands, pending or begun for nothing', async () => {
  const generation = aGeneration(userId, { generation_id: newId('gen'), fallbacks: [replicate], hold_micros: 30_000 });
  const pinned = aGeneration(userId, { generation_id: newId('gen') });
  await acceptGenerations(db, [generation, pinned]);
  const begun = await claimed();
  await attempt(begun, free);
  const paying = await claimed();
  await attempt(paying, null);
  const held = await claimed();
  for (const { generation_id } of [begun, paying]) await expireLease(db, generation_id);

  const found = (await listStranded(db, { at: ['flux-standard'], to: ['replicate'], limit: 100 })).map(
    ({ generation_id }) => generation_id,
  );
  expect(found).toEqual(expect.arrayContaining([generation.generation_id, begun.generation_id]));
  for (const { generation_id } of [pinned, paying, held]) expect(found).not.toContain(generation_id);
  expect(await listStranded(db, { at: ['openai-edit'], to: ['replicate'], limit: 100 })).toEqual([]);
  expect(await listStranded(db, { at: ['flux-standard'], to: ['openai-edit'], limit: 100 })).toEqual([]);

  expect(await failOverUnheld(db, { generationId: generation.generation_id, userId }, move)).not.toBeNull();
  expect(await read(generation.generation_id)).toMatchObject({ engine: 'replicate', status: 'pending', tries: 0, started_at: null });
  expect(await failOverUnheld(db, { generationId: begun.generation_id, userId }, move)).not.toBeNull();
  expect(await failOverUnheld(db, { generationId: held.generation_id, userId }, move)).toBeNull();
  expect(await recordIntent(db, leaseOf(begun), anIntent(begun, { try: 9 }))).toBe(false);
});
