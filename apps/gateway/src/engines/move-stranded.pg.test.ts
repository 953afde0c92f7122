import type { Fallback } from '@imagegen/core/routing/plan-fallbacks';
import { createMigratedDatabase } from '@imagegen/db/migrated-database';
import { aGeneration, aUser } from '@imagegen/db/new-generation.fixture';
import type { Database } from '@imagegen/db/open-database';
import { acceptGenerations } from '@imagegen/db/queries/accept-generations';
import { beat, listHeartbeats } from '@imagegen/db/queries/heartbeats';
import { createLogger } from '@imagegen/runtime/logger';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMetrics } from '../metrics.ts';
import { HealthBoard } from './health-board.ts';
import { startMovingStranded } from './move-stranded.ts';

const undo = new AsyncDisposableStack();
let db: Database;
let userId: number;
beforeAll(async () => {
  db = undo.use(await createMigratedDatabase()).db;
  userId = await aUser(db);
});
afterAll(() => undo.disposeAsync());

const health = new HealthBoard();

async function serviceSpoke(provider: 'fal' | 'replicate', seenAt: Date): Promise<void> {
  const process = { provider, instance: 'a:1', version: '1', started_at: new Date().toISOString(), key: 'live' } as const;
  await beat(db, { ...process, concurrency: 1, running: 0, engines: [] });
  await db.updateTable('provider_heartbeats').set({ seen_at: seenAt }).where('provider', '=', provider).execute();
  health.read(await listHeartbeats(db));
}

async function enginesOf(...ids: string[]) {
  const rows = await db.selectFrom('generation_history_v2').select(['generation_id', 'engine', 'status', 'routing']).execute();
  return ids.map((id) => rows.find(({ generation_id }) => generation_id === id));
}

test('what waits for a service that has gone silent moves to the first fallback that is up; what is pinned waits', async () => {
  const fallback = (engine: 'replicate' | 'openai'): Fallback => {
    const { plan } = aGeneration(userId);
    return { engine, label: engine, plan, adjustments: [], estimated_cost_micros: 1, estimated_time_seconds: 1 };
  };
  const stranded = Array.from({ length: 205 }, () => aGeneration(userId, { fallbacks: [fallback('replicate'), fallback('openai')] }));
  const [pinned, elsewhere] = [aGeneration(userId), aGeneration(userId, { engine: 'openai', fallbacks: [fallback('replicate')] })];
  const stuck = aGeneration(userId, { fallbacks: [fallback('replicate')] });
  await acceptGenerations(db, [...stranded, pinned, elsewhere, stuck]);
  await serviceSpoke('fal', new Date(Date.now() - 60_000));
  await serviceSpoke('replicate', new Date(Date.now() - 60_000));

  await using _ = startMovingStranded({
    db,
    logger: createLogger('test', 'silent'),
    metrics: createMetrics({ outboxAgeSeconds: async () => 0 }),
    health,
  });
  const moved = async () =>
    (await enginesOf(...stranded.map(({ generation_id }) => generation_id))).filter((row) => row?.engine === 'openai');
  await expect.poll(async () => (await moved()).length, { timeout: 15_000 }).toBe(205);
  expect((await moved())[0]).toMatchObject({
    status: 'pending',
    routing: { failovers: [{ from: 'flux-standard', to: 'openai', reason: expect.stringMatching(/silent for 6\d s/) }] },
  });
  const others = await enginesOf(pinned.generation_id, elsewhere.generation_id, stuck.generation_id);
  expect(others.map((row) => row?.engine)).toEqual(['flux-standard', 'openai', 'flux-standard']);
});
