import { engines } from '@imagegen/core/engines/catalogue';
import { engineIds, type Provider, providers } from '@imagegen/core/engines/engine';
import { microsToCredits } from '@imagegen/core/estimate/money';
import { generationDetailsSchema } from '@imagegen/core/generation/output';
import { generationStatuses } from '@imagegen/core/generation/status';
import { type EngineQueue, listTroubled, readOutbox, readQueues, type Trouble } from '@imagegen/db/queries/operations';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';

const mostCounted = 10_000;
const mostTroubled = 50;
const defaultHours = 6;

export const operationsQuerySchema = z.strictObject({
  hours: z
    .int()
    .min(1)
    .max(72)
    .optional()
    .meta({ description: `How far back failures are shown; default ${defaultHours}.` }),
});

const depthSchema = z.object({
  waiting: z.int().meta({ description: 'Accepted, begun by nobody' }),
  held_back: z.int().meta({ description: 'Of those, the ones that wait before another try or for a place of their user’s' }),
  running: z.int(),
  oldest_seconds: z.number().meta({ description: 'Since the oldest of them was accepted; 0 when there is none' }),
});

export const operationsSchema = z.object({
  queues: z.array(depthSchema.extend({ provider: z.enum(providers) })),
  outbox: z.object({ waiting: z.int(), oldest_seconds: z.number() }),
  /** What failed lately, and what is at it for a second time. No prompts: they are their owners' business. */
  troubled: z.array(
    z.object({
      generation_id: z.string(),
      user_id: z.number(),
      user: z.string(),
      engine: z.enum(engineIds),
      api: z.string(),
      status: z.enum(generationStatuses),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
      created_at: z.iso.datetime(),
      completed_at: z.iso.datetime().nullable(),
      attempts: generationDetailsSchema.shape.attempts,
    }),
  ),
  counted_up_to: z.int(),
});
export type OperationsView = z.infer<typeof operationsSchema>;

/** What waits, what is stuck and what fails, over all users; for admins. */
export async function watchOperations(
  { db }: Pick<GatewayContext, 'db'>,
  { hours = defaultHours }: z.infer<typeof operationsQuerySchema>,
): Promise<OperationsView> {
  const [queues, outbox, troubled] = await Promise.all([
    readQueues(db, mostCounted),
    readOutbox(db, mostCounted),
    listTroubled(db, { hours, limit: mostTroubled, mostOpen: mostCounted }),
  ]);
  return {
    queues: providers.map((provider) => depthOf(provider, queues)),
    outbox,
    troubled: troubled.map(presentTrouble),
    counted_up_to: mostCounted,
  };
}

function depthOf(provider: Provider, queues: readonly EngineQueue[]): OperationsView['queues'][number] {
  const depth = { provider, waiting: 0, held_back: 0, running: 0, oldest_seconds: 0 };
  for (const { engine, waiting, held_back, running, oldest_seconds } of queues) {
    if (engines[engine].provider !== provider) continue;
    depth.waiting += waiting;
    depth.held_back += held_back;
    depth.running += running;
    depth.oldest_seconds = Math.max(depth.oldest_seconds, oldest_seconds);
  }
  return depth;
}

function presentTrouble({ error, created_at, completed_at, attempts, ...rest }: Trouble): OperationsView['troubled'][number] {
  return {
    ...rest,
    error: error && { code: error.code, message: error.message },
    created_at: created_at.toISOString(),
    completed_at: completed_at?.toISOString() ?? null,
    attempts: attempts.map(({ try: n, call, engine, state, error: reason, cost_micros }) => ({
      n,
      call,
      engine,
      state,
      ...(reason && { error: reason }),
      ...(cost_micros !== null && { cost: microsToCredits(cost_micros) }),
    })),
  };
}
