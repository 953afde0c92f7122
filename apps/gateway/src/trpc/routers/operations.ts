import { anyGenerationSchema, cancelForOwner, retryForOwner } from '../../operations/act-for-owner.ts';
import { operationsQuerySchema, watchOperations } from '../../operations/watch-operations.ts';
import { adminProcedure, router, strict } from '../init.ts';

/** What waits, what fails, and what can be done about it, over all users. */
export const adminOperationsRouter = router({
  watch: adminProcedure.input(strict(operationsQuerySchema.optional())).query(({ ctx, input = {} }) => watchOperations(ctx, input)),
  retry: adminProcedure.input(strict(anyGenerationSchema)).mutation(({ ctx, input }) => retryForOwner(ctx, { id: input.id, api: 'trpc' })),
  cancel: adminProcedure.input(strict(anyGenerationSchema)).mutation(({ ctx, input }) => cancelForOwner(ctx, input.id)),
});
