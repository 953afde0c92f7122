import { generationInputSchema } from '@imagegen/core/generation/input';
import { estimateGeneration } from '../../generations/estimate-generation.ts';
import { validateGeneration } from '../../generations/validate-generation.ts';
import { checkCompatibility, compatibilityInputSchema } from '../../library/check-compatibility.ts';
import { trpcDoor } from '../generate-procedure.ts';
import { router, strict, userProcedure } from '../init.ts';

type AnyInput = Record<string, unknown>;

export const utilsRouter = router({
  estimate: userProcedure
    .input(strict(generationInputSchema))
    .query(({ ctx, input }) => estimateGeneration(ctx, { principal: ctx.principal, input, door: trpcDoor('utils.estimate', null) })),

  compatibility: userProcedure.input(strict(compatibilityInputSchema)).query(({ ctx, input }) => checkCompatibility(ctx, input)),

  /** Takes anything: saying what is wrong with it is the answer. */
  validate: userProcedure
    .input((body: unknown) => body as AnyInput)
    .query(({ ctx, input }) => validateGeneration(ctx, { principal: ctx.principal, body: input, door: trpcDoor('utils.validate', null) })),
});
