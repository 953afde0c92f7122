import { expect, it } from 'vitest';
import { planRun, progressAt } from './run.ts';

const run = { acceptedAtMs: 0, startAtMs: 300, finishAtMs: 1000, positions: 2 };

it('counts the queue down and the work up', () => {
  expect([0, 150, 250].map((atMs) => progressAt(run, atMs))).toEqual([
    { phase: 'queued', position: 2 },
    { phase: 'queued', position: 1 },
    { phase: 'queued', position: 0 },
  ]);
  expect(progressAt(run, 650)).toEqual({ phase: 'running', fraction: 0.5 });
});

it('keeps within the configured latency unless the scenario names another', () => {
  const usual = planRun({}, { minMs: 100, maxMs: 300 });
  expect((usual.finishAtMs ?? 0) - usual.acceptedAtMs).toSatisfy((ms: number) => ms >= 100 && ms <= 300);
  const scripted = planRun({ latency: 5000, queue: 3 }, { minMs: 0, maxMs: 0 });
  expect((scripted.finishAtMs ?? 0) - scripted.acceptedAtMs).toBe(5600);
  expect(scripted.positions).toBe(3);
});

it('lets a run go on for ever', () => {
  const endless = planRun({ never: true }, { minMs: 0, maxMs: 0 });
  expect(endless.finishAtMs).toBeNull();
  expect(progressAt(endless, endless.startAtMs + 1e9)).toEqual({ phase: 'running', fraction: 0.99 });
});
