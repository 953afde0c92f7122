import * as z from 'zod';
import { engines } from '../engines/catalogue.ts';
import { type EngineId, engineIds, providers } from '../engines/engine.ts';

/** `half-open`: the pause after opening is over, and the next call shows whether it closes. */
export const breakerStates = ['closed', 'open', 'half-open'] as const;
export type BreakerState = (typeof breakerStates)[number];

/** What one process of a provider's service has seen of an engine within the last minutes. */
export const engineOutcomesSchema = z.object({
  engine: z.enum(engineIds),
  breaker: z.enum(breakerStates),
  /** Outcomes that say something about the provider; a caller's mistakes are left out. */
  calls: z.int().min(0),
  /** 0–1; null without calls. */
  success_rate: z.number().nullable(),
  /** From the submission to the provider's result; null without any. */
  p50_seconds: z.number().nullable(),
  p95_seconds: z.number().nullable(),
});
export type EngineOutcomes = z.infer<typeof engineOutcomesSchema>;

/** `simulated`: the simulator stands in for the provider. `missing`: nothing can be bought. */
export const keyPresences = ['live', 'simulated', 'missing'] as const;
export type KeyPresence = (typeof keyPresences)[number];

/** One process of a provider's service, as it last spoke. */
export const heartbeatSchema = z.object({
  provider: z.enum(providers),
  instance: z.string(),
  version: z.string(),
  started_at: z.iso.datetime(),
  seen_at: z.iso.datetime(),
  /** Since `seen_at`, by the database's clock. */
  age_ms: z.number(),
  key: z.enum(keyPresences),
  /** Generations it works on at once, at most and now. */
  concurrency: z.int(),
  running: z.int(),
  engines: z.array(engineOutcomesSchema),
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/** A process that was silent for this long is taken to be dead: five heartbeats. */
export const staleAfterMs = 15_000;

/**
 * What is known of an engine right now. `down` passes: what is accepted for it waits. `off` does not pass by itself: its service has no key.
 */
export type EngineState = { state: 'up' | 'down' | 'off'; reason?: string };

/** An engine that is not mentioned is taken to be up. */
export type EngineHealth = Partial<Record<EngineId, EngineState>>;

export function isUp(health: EngineHealth, engine: EngineId): boolean {
  return (health[engine]?.state ?? 'up') === 'up';
}

/**
 * Judges every engine by the heartbeats of its provider's service. A service that never spoke is not mentioned: it may be about to start.
 * An engine is down when its whole service went silent, or when the breaker is open in at least half of the living processes.
 */
export function judgeHealth(heartbeats: readonly Heartbeat[]): EngineHealth {
  const health: EngineHealth = {};
  for (const id of engineIds) {
    const state = judgeEngine(
      id,
      heartbeats.filter(({ provider }) => provider === engines[id].provider),
    );
    if (state) health[id] = state;
  }
  return health;
}

function judgeEngine(id: EngineId, service: readonly Heartbeat[]): EngineState | undefined {
  if (service.length === 0) return undefined;
  const alive = service.filter(isAlive);
  if (alive.length === 0) {
    const seconds = Math.round(Math.min(...service.map(({ age_ms }) => age_ms)) / 1000);
    return { state: 'down', reason: `its service has been silent for ${seconds} s` };
  }
  const working = alive.filter(({ key }) => key !== 'missing');
  if (working.length === 0) return { state: 'off', reason: 'its service has no key' };
  const seen = working.flatMap((heartbeat) => heartbeat.engines.filter(({ engine }) => engine === id));
  const open = seen.filter(({ breaker }) => breaker === 'open');
  if (open.length > 0 && open.length * 2 >= working.length) return { state: 'down', reason: failingSentence(open) };
  return { state: 'up' };
}

export function isAlive({ age_ms }: Pick<Heartbeat, 'age_ms'>): boolean {
  return age_ms <= staleAfterMs;
}

function failingSentence(open: readonly EngineOutcomes[]): string {
  const calls = open.reduce((sum, each) => sum + each.calls, 0);
  const failed = open.reduce((sum, each) => sum + each.calls * (1 - (each.success_rate ?? 0)), 0);
  return `${Math.round(failed)} of its last ${calls} calls failed`;
}
