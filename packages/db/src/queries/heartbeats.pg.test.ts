import type { EngineOutcomes } from '@imagegen/core/routing/engine-health';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createMigratedDatabase } from '../migrated-database.ts';
import type { Database } from '../open-database.ts';
import { beat, listHeartbeats, type OwnHeartbeat, stopBeating } from './heartbeats.ts';

const undo = new AsyncDisposableStack();
let db: Database;
beforeAll(async () => {
  db = undo.use(await createMigratedDatabase()).db;
});
beforeEach(() => db.deleteFrom('provider_heartbeats').execute());
afterAll(() => undo.disposeAsync());

const engine: EngineOutcomes = {
  engine: 'flux-standard',
  breaker: 'open',
  calls: 20,
  success_rate: 0.25,
  p50_seconds: 1.5,
  p95_seconds: null,
};

function process(instance: string, changes: Partial<OwnHeartbeat> = {}): OwnHeartbeat {
  const startedAt = '2026-11-20T20:00:00.000Z';
  const facts = { version: '2.0.0', started_at: startedAt, key: 'live', concurrency: 16, running: 3, engines: [engine] } as const;
  return { provider: 'fal', instance, ...facts, engines: [...facts.engines], ...changes };
}

async function silenceFor(instance: string, seconds: number): Promise<void> {
  await sql`update provider_heartbeats set seen_at = now() - make_interval(secs => ${seconds}::float8) where instance = ${instance}`.execute(
    db,
  );
}

async function instances(): Promise<string[]> {
  return (await listHeartbeats(db)).map(({ instance }) => instance);
}

test('a process has one row, which says how long ago it spoke', async () => {
  await beat(db, process('a:1'));
  await silenceFor('a:1', 30);
  expect((await listHeartbeats(db))[0]?.age_ms).toBeGreaterThan(29_000);
  await beat(db, process('a:1', { running: 4 }));
  const rows = await listHeartbeats(db);
  expect(rows).toEqual([{ ...process('a:1', { running: 4 }), seen_at: expect.any(String), age_ms: expect.any(Number) }]);
  expect(rows[0]?.age_ms).toBeLessThan(5_000);
});

test('processes that were silent for an hour are forgotten when another one of the provider speaks', async () => {
  for (const instance of ['a:1', 'b:1']) await beat(db, process(instance));
  await beat(db, process('c:1', { provider: 'openai' }));
  await silenceFor('a:1', 3_700);
  await silenceFor('b:1', 3_500);
  await silenceFor('c:1', 99_999);
  await beat(db, process('d:1'));
  expect((await instances()).sort()).toEqual(['b:1', 'c:1', 'd:1']);
});

test('who stops in good order is forgotten, but the last one of a provider is remembered', async () => {
  for (const instance of ['a:1', 'b:1']) await beat(db, process(instance));
  await stopBeating(db, process('a:1'));
  expect(await instances()).toEqual(['b:1']);
  await stopBeating(db, process('b:1'));
  expect(await instances()).toEqual(['b:1']);
});
