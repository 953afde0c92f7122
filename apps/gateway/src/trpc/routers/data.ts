import { presetChangesSchema, presetInputSchema } from '@imagegen/core/library/preset';
import * as z from 'zod';
import { getHistory, historyQuerySchema } from '../../generations/list-history.ts';
import { deleteGeneration } from '../../generations/mark-generation.ts';
import { analyticsQuerySchema, getAnalytics } from '../../insight/analytics.ts';
import {
  applyPreset,
  createPreset,
  deletePreset,
  getPreset,
  listPresets,
  presetIdSchema,
  presetQuerySchema,
  updatePreset,
} from '../../library/manage-presets.ts';
import { createPresetFromGeneration, presetFromGenerationSchema } from '../../library/preset-from-generation.ts';
import { router, strict, userProcedure } from '../init.ts';

const onePreset = strict(z.strictObject({ id: presetIdSchema }));

/** A plain object inside the router below: `router()` itself refuses the name `apply`, which nothing but its own call forwarding minds. */
const presets = {
  create: userProcedure.input(strict(presetInputSchema)).mutation(({ ctx, input }) => createPreset(ctx, ctx.principal, input)),
  fromGeneration: userProcedure
    .input(strict(presetFromGenerationSchema))
    .mutation(({ ctx, input }) => createPresetFromGeneration(ctx, ctx.principal, input)),
  list: userProcedure.input(strict(presetQuerySchema.optional())).query(({ ctx, input = {} }) => listPresets(ctx, ctx.principal, input)),
  get: userProcedure.input(onePreset).query(({ ctx, input }) => getPreset(ctx, ctx.principal, input.id)),
  update: userProcedure
    .input(strict(z.strictObject({ id: presetIdSchema, ...presetChangesSchema.shape })))
    .mutation(({ ctx, input }) => updatePreset(ctx, ctx.principal, input)),
  delete: userProcedure.input(onePreset).mutation(({ ctx, input }) => deletePreset(ctx, ctx.principal, input.id)),
  apply: userProcedure.input(onePreset).mutation(({ ctx, input }) => applyPreset(ctx, ctx.principal, input.id)),
};

export const dataRouter = router({
  history: userProcedure.input(strict(historyQuerySchema.optional())).query(({ ctx, input = {} }) => getHistory(ctx, ctx.principal, input)),
  delete: userProcedure
    .input(strict(z.strictObject({ id: z.string().min(1).max(64) })))
    .mutation(({ ctx, input }) => deleteGeneration(ctx, ctx.principal, input.id)),
  presets,
  analytics: userProcedure
    .input(strict(analyticsQuerySchema.optional()))
    .query(({ ctx, input = {} }) => getAnalytics(ctx, ctx.principal, input)),
});
