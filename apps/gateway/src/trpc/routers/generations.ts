import { generationInputSchema } from '@imagegen/core/generation/input';
import { tracked } from '@trpc/server';
import * as z from 'zod';
import type { LiveEvent } from '../../events/present-event.ts';
import { cancelGeneration } from '../../generations/cancel-generation.ts';
import { getGeneration } from '../../generations/get-generation.ts';
import { favoriteGeneration } from '../../generations/mark-generation.ts';
import { retryGeneration } from '../../generations/retry-generation.ts';
import { subscribe } from '../../generations/subscribe.ts';
import { router, strict, toTrpcError, userProcedure } from '../init.ts';
import type { TrpcContext } from '../trpc-context.ts';

const id = z.string().min(1).max(64).meta({ description: 'Generation id or request id' });

export const generationsRouter = router({
  get: userProcedure.input(strict(z.strictObject({ id }))).query(({ ctx, input }) => getGeneration(ctx, ctx.principal, input.id)),

  /** Toggles the mark, or sets it to `favorite`. */
  favorite: userProcedure
    .input(strict(z.strictObject({ id, favorite: z.boolean().optional() })))
    .mutation(({ ctx, input }) => favoriteGeneration(ctx, ctx.principal, input)),

  cancel: userProcedure.input(strict(z.strictObject({ id }))).mutation(({ ctx, input }) => cancelGeneration(ctx, ctx.principal, input.id)),

  /** The same again: with its seed, or with `reroll` another one. */
  retry: userProcedure
    .input(strict(z.strictObject({ id, reroll: z.boolean().optional(), idempotency_key: generationInputSchema.shape.idempotency_key })))
    .mutation(({ ctx, input: { idempotency_key: idempotencyKey, ...retry } }) =>
      retryGeneration(ctx, ctx.principal, { ...retry, idempotencyKey, api: 'trpc' }),
    ),

  /** Its events, from the first or after `lastEventId`, to the terminal one. Ids are sequence numbers. */
  subscribe: userProcedure
    .input(
      strict(
        z.strictObject({
          id,
          lastEventId: z
            .string()
            .regex(/^\d{1,9}$/)
            .nullish(),
        }),
      ),
    )
    .subscription(async ({ ctx, input, signal }) => {
      const ended = signal ?? new AbortController().signal;
      const afterSeq = Number(input.lastEventId ?? 0);
      return deliver(ctx, await subscribe(ctx, ctx.principal, { id: input.id, afterSeq, signal: ended }));
    }),
});

/** Nothing more is told to a caller whose key was revoked or whose token ran out in between. */
async function* deliver({ metrics, authenticate }: Pick<TrpcContext, 'metrics' | 'authenticate'>, events: AsyncGenerator<LiveEvent, void>) {
  metrics.subscribers.inc();
  try {
    for await (const event of events) {
      await authenticate();
      yield tracked(String(event.seq), event);
    }
  } catch (error) {
    throw toTrpcError(error);
  } finally {
    metrics.subscribers.dec();
  }
}
