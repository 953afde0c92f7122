import { validate } from '@imagegen/core/validation/validate';
import type { FastifyInstance } from 'fastify';
import type { GatewayContext } from '../../context.ts';
import { grant, grantedSchema, grantSchema } from '../../credits/grant-credits.ts';
import { balanceSchema, creditHistoryQuerySchema, creditHistorySchema, getBalance, getCreditHistory } from '../../credits/read-credits.ts';
import { principalOf } from '../../http/request-principal.ts';
import { validateQuery } from '../data-input.ts';
import { errors } from '../error-schemas.ts';

const security = [{ apiKey: [] }];

/** What the caller has and what became of it; and, for admins, how a balance grows. */
export function registerCredits(app: FastifyInstance, context: GatewayContext): void {
  app.get(
    '/api::v2/credits/balance',
    { schema: { tags: ['credits'], security, summary: 'Your credits', response: { 200: balanceSchema, ...errors() } } },
    (request) => getBalance(context, principalOf(request).userId),
  );
  app.get(
    '/api::v2/credits/history',
    {
      schema: {
        tags: ['credits'],
        security,
        summary: 'What moved your credits, newest first',
        querystring: creditHistoryQuerySchema,
        response: { 200: creditHistorySchema, ...errors(400) },
      },
    },
    (request) =>
      getCreditHistory(context, principalOf(request).userId, validateQuery(request, creditHistoryQuerySchema, { numbers: ['limit'] })),
  );
  app.post(
    '/api::v2/admin/credits/grant',
    {
      config: { admin: true },
      schema: {
        tags: ['administration'],
        security,
        summary: 'Add credits to a balance, once for a key',
        body: grantSchema,
        response: { 200: grantedSchema, ...errors(400, 404, 422) },
      },
    },
    (request) => grant(context, validate(grantSchema, request.body)),
  );
}
