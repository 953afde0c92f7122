import type { EngineOutcomes, Heartbeat } from '@imagegen/core/routing/engine-health';
import { expect, test } from 'vitest';
import { HealthBoard } from './health-board.ts';
import { enginesViewSchema, presentEngines } from './present-engines.ts';

function heartbeat(instance: string, changes: Partial<Heartbeat> = {}): Heartbeat {
  const at = '2026-11-20T20:00:00.000Z';
  const process = { provider: 'fal', version: '1', started_at: at, seen_at: at, age_ms: 1_000, key: 'live' } as const;
  return { ...process, instance, concurrency: 16, running: 2, engines: [], ...changes };
}

const failing: EngineOutcomes = {
  engine: 'flux-standard',
  breaker: 'open',
  calls: 20,
  success_rate: 0,
  p50_seconds: null,
  p95_seconds: null,
};

test('before anything is known, nothing is said to be down', () => {
  const { engines, services } = presentEngines({ health: new HealthBoard() });
  expect(engines.map(({ state }) => state)).toEqual(engines.map(() => 'unknown'));
  expect(services).toEqual([]);
});

test('operators see the state of each engine, and each process with its breaker', () => {
  const health = new HealthBoard();
  health.read([heartbeat('a:1', { engines: [failing] }), heartbeat('b:1', { age_ms: 99_000, engines: [failing] })]);
  const view = enginesViewSchema.parse(presentEngines({ health }));
  const { engine: _, ...outcomes } = failing;
  expect(view.engines[0]).toMatchObject({
    engine: 'flux-standard',
    state: 'down',
    reason: '20 of its last 20 calls failed',
    processes: [{ instance: 'a:1', ...outcomes }],
  });
  expect(view.engines[1]).toMatchObject({ engine: 'flux-advanced', state: 'up', processes: [] });
  expect(view.engines[3]).toMatchObject({ engine: 'replicate', state: 'unknown' });
  expect(view.services).toMatchObject([
    { instance: 'a:1', alive: true, running: 2 },
    { instance: 'b:1', alive: false },
  ]);
});
