import { engines } from '@imagegen/core/engines/catalogue';
import { engineIds, providers } from '@imagegen/core/engines/engine';
import { breakerStates, heartbeatSchema, isAlive } from '@imagegen/core/routing/engine-health';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';

/** The operator's view of engines and of the processes behind them, as this gateway last read it. */
export const enginesViewSchema = z.object({
  engines: z.array(
    z.object({
      engine: z.enum(engineIds),
      provider: z.enum(providers),
      title: z.string(),
      /** `unknown`: its service has never spoken; routing takes it to be up. */
      state: z.enum(['up', 'down', 'off', 'unknown']),
      reason: z.string().optional(),
      /** In each living process that has asked it for something: its breaker, and what became of the calls of the last five minutes. */
      processes: z.array(
        z.object({
          instance: z.string(),
          breaker: z.enum(breakerStates),
          calls: z.int(),
          success_rate: z.number().nullable(),
          p50_seconds: z.number().nullable(),
          p95_seconds: z.number().nullable(),
        }),
      ),
    }),
  ),
  /** Every process of a provider's service that was heard of within the last hour, and the last one of each provider. */
  services: z.array(heartbeatSchema.omit({ engines: true }).extend({ alive: z.boolean() })),
});
export type EnginesView = z.infer<typeof enginesViewSchema>;

export function presentEngines({ health }: Pick<GatewayContext, 'health'>): EnginesView {
  const { current, heartbeats } = health;
  const alive = heartbeats.filter(isAlive);
  return {
    engines: engineIds.map((id) => ({
      engine: id,
      provider: engines[id].provider,
      title: engines[id].title,
      ...(current[id] ?? { state: 'unknown' as const }),
      processes: alive.flatMap(({ instance, engines: seen }) =>
        seen.filter(({ engine }) => engine === id).map(({ engine: _, ...outcomes }) => ({ instance, ...outcomes })),
      ),
    })),
    services: heartbeats.map(({ engines: _, ...process }) => ({ ...process, alive: isAlive(process) })),
  };
}
