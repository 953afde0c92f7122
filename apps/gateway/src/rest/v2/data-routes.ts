import { compatibilityOutputSchema } from '@imagegen/core/loras/judge-combination';
import { validate } from '@imagegen/core/validation/validate';
import type { FastifyInstance } from 'fastify';
import type { GatewayContext } from '../../context.ts';
import { getHistory, historyOutputSchema, historyQuerySchema } from '../../generations/list-history.ts';
import { deletedGenerationSchema, deleteGeneration } from '../../generations/mark-generation.ts';
import { principalOf } from '../../http/request-principal.ts';
import { analyticsOutputSchema, analyticsQuerySchema, getAnalytics } from '../../insight/analytics.ts';
import { checkCompatibility, compatibilityInputSchema } from '../../library/check-compatibility.ts';
import { generationIdOf, generationParamsSchema, historyShape, validateQuery } from '../data-input.ts';
import { errors } from '../error-schemas.ts';
import { registerPresets } from './preset-routes.ts';

const described = { tags: ['data'], security: [{ apiKey: [] }] };

/** What was made, what it came to, and what can be used again (contracts: REST v2, data and utils). */
export function registerData(app: FastifyInstance, context: GatewayContext): void {
  app.get(
    '/api::v2/data/history',
    {
      schema: {
        ...described,
        summary: 'Your generations, newest first, by page or cursor',
        querystring: historyQuerySchema,
        response: { 200: historyOutputSchema, ...errors(400) },
      },
    },
    (request) => getHistory(context, principalOf(request), validateQuery(request, historyQuerySchema, historyShape)),
  );
  app.delete(
    '/api::v2/data/history/:id',
    {
      schema: {
        ...described,
        summary: 'Remove a generation that has ended from your history',
        params: generationParamsSchema,
        response: { 200: deletedGenerationSchema, ...errors(400, 404, 409) },
      },
    },
    (request) => deleteGeneration(context, principalOf(request), generationIdOf(request)),
  );
  app.get(
    '/api::v2/data/analytics',
    {
      schema: {
        ...described,
        summary: 'Totals, times, cost, LoRA combinations and adoption',
        querystring: analyticsQuerySchema,
        response: { 200: analyticsOutputSchema, ...errors(400) },
      },
    },
    (request) => getAnalytics(context, principalOf(request), validateQuery(request, analyticsQuerySchema, {})),
  );
  app.post(
    '/api::v2/utils/compatibility',
    {
      config: { access: 'read' },
      schema: {
        ...described,
        tags: ['v2'],
        summary: 'Whether LoRAs go together',
        body: compatibilityInputSchema,
        response: { 200: compatibilityOutputSchema, ...errors(400) },
      },
    },
    (request) => checkCompatibility(context, validate(compatibilityInputSchema, request.body)),
  );
  registerPresets(app, context);
}
