import { checkLedger } from '@imagegen/db/queries/check-ledger';
import { findSomeone, grant, grantSchema, someoneSchema } from '../../credits/grant-credits.ts';
import { creditHistoryQuerySchema, getBalance, getCreditHistory } from '../../credits/read-credits.ts';
import { adminProcedure, router, strict, userProcedure } from '../init.ts';

/** The caller's own credits. */
export const creditsRouter = router({
  balance: userProcedure.query(({ ctx }) => getBalance(ctx, ctx.principal.userId)),
  history: userProcedure
    .input(strict(creditHistoryQuerySchema))
    .query(({ ctx, input }) => getCreditHistory(ctx, ctx.principal.userId, input)),
});

const someonesHistorySchema = someoneSchema.extend(creditHistoryQuerySchema.shape);

/** Anybody's. */
export const adminCreditsRouter = router({
  grant: adminProcedure.input(strict(grantSchema)).mutation(({ ctx, input }) => grant(ctx, input)),
  balance: adminProcedure.input(strict(someoneSchema)).query(async ({ ctx, input }) => getBalance(ctx, await findSomeone(ctx, input))),
  history: adminProcedure
    .input(strict(someonesHistorySchema))
    .query(async ({ ctx, input: { user, user_id, ...page } }) => getCreditHistory(ctx, await findSomeone(ctx, { user, user_id }), page)),
});

export const adminLedgerRouter = router({
  check: adminProcedure.query(({ ctx }) => checkLedger(ctx.db)),
});
