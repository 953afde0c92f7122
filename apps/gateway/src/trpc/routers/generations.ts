import { tracked } from '@trpc/server';
import * as z from 'zod';
import { getGeneration } from '../../generations/get-generation.ts';
import { type LiveEvent, subscribe } from '../../generations/subscribe.ts';
import type { Metrics } from '../../metrics.ts';
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
    .subscription(async ({ ctx, input, signal }) => {
      const ended = signal ?? new AbortController().signal;
      const afterSeq = Number(input.lastEventId ?? 0);
      return track(ctx.metrics, await subscribe(ctx, ctx.principal, { id: input.id, afterSeq, signal: ended }));
    }),
});

async function* track({ subscribers }: Metrics, events: AsyncGenerator<LiveEvent, void>) {
  subscribers.inc();
  try {
    for await (const event of events) yield tracked(String(event.seq), event);
  } finally {
    subscribers.dec();
  }
}
