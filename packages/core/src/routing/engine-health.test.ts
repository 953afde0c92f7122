import { expect, test } from 'vitest';
import { type EngineOutcomes, type Heartbeat, judgeHealth } from './engine-health.ts';

function outcomes(breaker: EngineOutcomes['breaker'], changes: Partial<EngineOutcomes> = {}): EngineOutcomes {
  return { engine: 'replicate', breaker, calls: 20, success_rate: 0.25, p50_seconds: 3, p95_seconds: 9, ...changes };
}

function heartbeat(changes: Partial<Heartbeat> = {}): Heartbeat {
  const at = '2026-11-20T20:00:00.000Z';
  const process = { provider: 'replicate', instance: 'a:1', version: '1', started_at: at, seen_at: at } as const;
  return { ...process, age_ms: 2_000, key: 'live', concurrency: 16, running: 0, engines: [], ...changes };
}

const up = { state: 'up' };
const open = heartbeat({ engines: [outcomes('open')] });
const silent = heartbeat({ age_ms: 16_400 });

test.each([
  ['no service has ever spoken: not known to be down', [], undefined],
  ['a service that has made nothing yet', [heartbeat()], up],
  ['a closed breaker', [heartbeat({ engines: [outcomes('closed')] })], up],
  ['a half-open breaker wants its probe', [heartbeat({ engines: [outcomes('half-open')] })], up],
  ['another engine of the service fails', [heartbeat({ engines: [outcomes('open', { engine: 'flux-standard' })] })], up],
  ['an open breaker', [open], { state: 'down', reason: '15 of its last 20 calls failed' }],
  ['open in half of the processes', [open, heartbeat()], { state: 'down', reason: '15 of its last 20 calls failed' }],
  ['open in a third of the processes', [open, heartbeat(), heartbeat()], up],
  ['open in one that died since', [{ ...open, age_ms: 20_000 }, heartbeat()], up],
  ['one process of two is silent', [silent, heartbeat()], up],
  ['all are silent', [{ ...silent, age_ms: 99_000 }, silent], { state: 'down', reason: 'its service has been silent for 16 s' }],
  ['no key', [heartbeat({ key: 'missing' })], { state: 'off', reason: 'its service has no key' }],
  ['a key in one process', [heartbeat({ key: 'missing' }), heartbeat({ key: 'simulated' })], up],
  [
    'no key where it lives, and silence elsewhere',
    [silent, heartbeat({ key: 'missing' })],
    { state: 'off', reason: 'its service has no key' },
  ],
])('%s', (_, heartbeats, state) => {
  expect(judgeHealth(heartbeats).replicate).toEqual(state);
  expect(judgeHealth(heartbeats)['flux-standard']).toBeUndefined();
});

test('one service stands for all engines of its provider', () => {
  expect(Object.keys(judgeHealth([heartbeat({ provider: 'fal', age_ms: 60_000 })]))).toEqual([
    'flux-standard',
    'flux-advanced',
    'flux-juggernaut',
  ]);
});
