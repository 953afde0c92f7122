import type { FastifyInstance } from 'fastify';
import type { GatewayContext } from '../../context.ts';
import { actedSchema, cancelForOwner, retryForOwner } from '../../operations/act-for-owner.ts';
import { operationsQuerySchema, operationsSchema, watchOperations } from '../../operations/watch-operations.ts';
import { generationIdOf, generationParamsSchema, validateQuery } from '../data-input.ts';
import { errors } from '../error-schemas.ts';

const tags = ['administration'];
const security = [{ apiKey: [] }];
const config = { admin: true } as const;

/** What waits and what fails, over all users, and what can be done about it. */
export function registerOperations(app: FastifyInstance, context: GatewayContext): void {
  app.get(
    '/api::v2/admin/operations',
    {
      config,
      schema: {
        tags,
        security,
        summary: 'Queues by provider, undelivered messages, and what failed lately or is being tried again',
        querystring: operationsQuerySchema,
        response: { 200: operationsSchema, ...errors(400) },
      },
    },
    (request) => watchOperations(context, validateQuery(request, operationsQuerySchema, { numbers: ['hours'] })),
  );
  app.post(
    '/api::v2/admin/operations/generations/:id/retry',
    {
      config,
      schema: {
        tags,
        security,
        summary: 'Make anybody’s generation again, for its owner and once',
        params: generationParamsSchema,
        response: { 202: actedSchema, ...errors(400, 402, 404, 409, 422, 503) },
      },
    },
    async (request, reply) => reply.code(202).send(await retryForOwner(context, { id: generationIdOf(request), api: 'v2' })),
  );
  app.post(
    '/api::v2/admin/operations/generations/:id/cancel',
    {
      config,
      schema: {
        tags,
        security,
        summary: 'End anybody’s open generation, uncharged',
        params: generationParamsSchema,
        response: { 200: actedSchema, ...errors(400, 404, 409) },
      },
    },
    (request) => cancelForOwner(context, generationIdOf(request)),
  );
}
