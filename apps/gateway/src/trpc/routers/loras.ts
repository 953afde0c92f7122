import { limits } from '@imagegen/core/generation/input';
import * as z from 'zod';
import { getLoraAnalytics, loraAnalyticsQuerySchema } from '../../insight/lora-analytics.ts';
import { getLora, listLoras, loraQuerySchema } from '../../library/list-loras.ts';
import { router, strict, userProcedure } from '../init.ts';

export const lorasRouter = router({
  list: userProcedure.input(strict(loraQuerySchema.optional())).query(({ ctx, input = {} }) => listLoras(ctx, input)),
  get: userProcedure
    .input(strict(z.strictObject({ id: z.int().min(1).max(limits.seedMax) })))
    .query(({ ctx, input }) => getLora(ctx, input.id)),
  analytics: userProcedure
    .input(strict(loraAnalyticsQuerySchema.optional()))
    .query(({ ctx, input = {} }) => getLoraAnalytics(ctx, ctx.principal, input)),
});
