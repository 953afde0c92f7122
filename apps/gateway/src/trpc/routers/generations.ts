import { tracked } from '@trpc/server';
import * as z from 'zod';
import { getGeneration } from '../../generations/get-generation.ts';
import { subscribe } from '../../generations/subscribe.ts';
import { router, strict, userProcedure } from '../init.ts';

const id = z.string().min(1).max(64).meta({ description: 'Generation id or request id' });

export const generationsRouter = router({
  get: userProcedure.input(strict(z.strictObject({ id }))).query(({ ctx, input }) => getGeneration(ctx, ctx.principal, input.id)),

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
    .subscription(async function* ({ ctx, input, signal }) {
      ctx.metrics.subscribers.inc();
      try {
        const ended = signal ?? new AbortController().signal;
        for await (const event of subscribe(ctx, ctx.principal, {
          id: input.id,
          afterSeq: Number(input.lastEventId ?? 0),
          signal: ended,
        })) {
          yield tracked(String(event.seq), event);
        }
      } finally {
        ctx.metrics.subscribers.dec();
      }
    }),
});
