import { checkStatus } from '../generations/get-generation.ts';
import { issueTicket } from '../identity/issue-ticket.ts';
import { statusBodySchema } from '../rest/v2/translate.ts';
import { generateProcedure } from './generate-procedure.ts';
import { router, strict, userProcedure } from './init.ts';
import { adminCreditsRouter, adminLedgerRouter, creditsRouter } from './routers/credits.ts';
import { dataRouter } from './routers/data.ts';
import { adminEnginesRouter } from './routers/engines.ts';
import { fluxRouter } from './routers/flux.ts';
import { generationsRouter } from './routers/generations.ts';
import { adminKeysRouter, keysRouter } from './routers/keys.ts';
import { lorasRouter } from './routers/loras.ts';
import { adminOperationsRouter } from './routers/operations.ts';
import { utilsRouter } from './routers/utils.ts';
import { adminWebhooksRouter, webhooksRouter } from './routers/webhooks.ts';

/** The tree; its type is the client's whole knowledge of the gateway. */
export const appRouter = router({
  flux: fluxRouter,
  replicate: router({ generate: generateProcedure('replicate.generate', 'replicate') }),
  openai: router({ generate: generateProcedure('openai.generate', 'openai'), edit: generateProcedure('openai.edit', 'openai-edit') }),
  smart: router({ generate: generateProcedure('smart.generate', null) }),
  status: router({
    check: userProcedure.input(strict(statusBodySchema)).query(({ ctx, input }) => checkStatus(ctx, ctx.principal, input)),
  }),
  utils: utilsRouter,
  generations: generationsRouter,
  data: dataRouter,
  loras: lorasRouter,
  tickets: router({ create: userProcedure.mutation(({ ctx }) => issueTicket(ctx, ctx.principal)) }),
  keys: keysRouter,
  credits: creditsRouter,
  webhooks: webhooksRouter,
  admin: router({
    engines: adminEnginesRouter,
    keys: adminKeysRouter,
    credits: adminCreditsRouter,
    ledger: adminLedgerRouter,
    operations: adminOperationsRouter,
    webhooks: adminWebhooksRouter,
  }),
});

export type AppRouter = typeof appRouter;
