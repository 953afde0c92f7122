import type { Latency } from './config.ts';
import type { Scenario } from './scenario.ts';

/** Extra time in the queue for each position that a scenario puts ahead of a request. */
const msPerScriptedPosition = 200;
const defaultPositions = 2;
const queuedShare = 0.3;

/** When an accepted request leaves the queue and when it is done. Epoch milliseconds; `finishAtMs` null: never. */
export type Run = {
  readonly acceptedAtMs: number;
  readonly startAtMs: number;
  readonly finishAtMs: number | null;
  readonly positions: number;
};

export type Progress = { readonly phase: 'queued'; readonly position: number } | { readonly phase: 'running'; readonly fraction: number };

/** Draws the course of a run that is accepted now. */
export function planRun(scenario: Scenario, latency: Latency): Run {
  const acceptedAtMs = Date.now();
  const totalMs = scenario.latency ?? latency.minMs + Math.random() * (latency.maxMs - latency.minMs);
  const scriptedQueueMs = (scenario.queue ?? 0) * msPerScriptedPosition;
  return {
    acceptedAtMs,
    startAtMs: Math.round(acceptedAtMs + scriptedQueueMs + totalMs * queuedShare),
    finishAtMs: scenario.never ? null : Math.round(acceptedAtMs + scriptedQueueMs + totalMs),
    positions: scenario.queue ?? defaultPositions,
  };
}

/** Where an unfinished run stands at a moment: positions count down to 0, the fraction goes up to (never reaching) 1. */
export function progressAt(run: Run, nowMs: number): Progress {
  if (nowMs < run.startAtMs) {
    const left = (run.startAtMs - nowMs) / Math.max(1, run.startAtMs - run.acceptedAtMs);
    return { phase: 'queued', position: Math.min(run.positions, Math.floor(left * (run.positions + 1))) };
  }
  const lengthMs = (run.finishAtMs ?? run.startAtMs + 60_000) - run.startAtMs;
  return { phase: 'running', fraction: Math.min(0.99, (nowMs - run.startAtMs) / Math.max(1, lengthMs)) };
}
