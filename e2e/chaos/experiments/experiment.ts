import type { ChaosSystem } from '../system/chaos-system.ts';

export const scales = ['small', 'full'] as const;
export type Scale = (typeof scales)[number];

/** One question to the whole system: what is broken, how, what must hold, and by which numbers it is judged. */
export type Experiment = {
  /** `F01` … as in docs/experiments.md. */
  id: string;
  fault: string;
  how: string;
  /** Invariants of the checker that matter here; all of them are checked all the same. */
  holds: readonly string[];
  target: string;
  run(laboratory: Laboratory): Promise<Outcome>;
};

/** `notRun`: why the experiment could not be made here. A fault that hit nothing is a violation: nothing was proved. */
export type Outcome = { figures: Record<string, string | number>; violations: string[]; notRun?: string };

export type Laboratory = {
  readonly scale: Scale;
  readonly seed: number;
  /** Of this experiment; exists. */
  readonly outDir: string;
  say(line: string): void;
  /** The system of the experiment before when nothing about it has to be different, else a new one. Disposed by the laboratory. */
  system(settings?: SystemSettings): Promise<ChaosSystem>;
};

export type SystemSettings = { env?: NodeJS.ProcessEnv; envFor?: Readonly<Record<string, NodeJS.ProcessEnv>> };

/** A sentence when a number is above what it may be. */
export function atMost(limit: number, what: string, value: number): string[] {
  return value <= limit ? [] : [`${what}: ${value}, at most ${limit} wanted`];
}

/** A sentence when a number is below what it has to be. */
export function atLeast(limit: number, what: string, value: number): string[] {
  return value >= limit ? [] : [`${what}: ${value}, at least ${limit} wanted`];
}
