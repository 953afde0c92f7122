import type { EngineId } from '@imagegen/core/engines/engine';
import { validate, validationError } from '@imagegen/core/validation/validate';
import type { FastifyInstance } from 'fastify';
import type * as z from 'zod';
import type { GatewayContext } from '../../context.ts';
import { checkStatus } from '../../generations/get-generation.ts';
import { submitGeneration } from '../../generations/submit-generation.ts';
import { waitForGeneration } from '../../generations/wait-for-generation.ts';
import { replyWithError } from '../../http/error-reply.ts';
import { principalOf, requirePrincipal } from '../../http/request-principal.ts';
import { listLoras, loraListSchema } from '../../library/list-loras.ts';
import { legacyErrors } from '../error-schemas.ts';
import { idempotencyKeyOf, idempotencyKeySchema } from '../idempotency-key.ts';
import { formatLegacyError } from '../legacy/legacy-error.ts';
import { isAbsent } from '../legacy/loose-fields.ts';
import { pictureBodyBytes } from '../picture-body.ts';
import {
  deployedBodySchema,
  deployedStatusSchema,
  imageToImageSchema,
  jobQuerySchema,
  loraQuerySchema,
  processingSchema,
  requestParamsSchema,
  requestSchema,
} from './schemas.ts';
import { appliedLoras, isOpenAiPinned, translateAccepted, translateBody, translateRequest, translateStatus } from './translate.ts';

const prefix = '/api::f0PVlTz_';
/** Steps and guidance when not asked, as ChatEnhanced's own presets have them. */
const deployedDefaults = { steps: 30, cfgScale: 7.5 };

const tags = ['deployed'];
const security = [{ apiKey: [] }];

type GenerateRoute = { path: string; engine: EngineId | null; summary: string; body: z.ZodType };

const generateRoutes: GenerateRoute[] = [
  {
    path: 'smart_generate',
    engine: null,
    summary: 'A picture by the best engine; by OpenAI, when chosen, at once',
    body: deployedBodySchema,
  },
  { path: 'flux_standard_v2', engine: 'flux-standard', summary: 'A picture by FLUX', body: deployedBodySchema },
  { path: 'image_to_image', engine: null, summary: 'A picture out of a picture', body: imageToImageSchema },
];

/** The group that ChatEnhanced's front ends call today. */
export async function registerDeployed(app: FastifyInstance, context: GatewayContext): Promise<void> {
  app.setErrorHandler(replyWithError(formatLegacyError));
  requirePrincipal(app, context.authenticator, { anonymous: true });
  for (const route of generateRoutes) registerGenerate(app, context, route);
  registerReads(app, context);
}

function registerGenerate(app: FastifyInstance, context: GatewayContext, { path, engine, summary, body }: GenerateRoute): void {
  const door = { api: 'deployed', route: `deployed/${path}`, defaults: deployedDefaults, engine };
  const response = { 200: deployedStatusSchema, 202: processingSchema, ...legacyErrors(400, 402, 413, 415, 422, 502, 504) };
  const schema = { tags, security, summary, headers: idempotencyKeySchema, body, response };
  app.post(`${prefix}/${path}`, { schema, bodyLimit: pictureBodyBytes }, async (request, reply) => {
    const principal = principalOf(request);
    const catalogue = await context.loras.all();
    const translated = translateBody(request.body, catalogue);
    if (path === 'image_to_image' && isAbsent(translated.input.reference_image)) {
      throw validationError([{ path: 'image_url', message: 'is required' }]);
    }
    const submission = { ...translated, principal, door, idempotencyKey: idempotencyKeyOf(request) };
    const { replayed, ...accepted } = await submitGeneration(context, submission);
    if (replayed) reply.header('idempotent-replayed', 'true');
    if (engine === null && isOpenAiPinned(translated.input)) {
      return translateStatus(await waitForGeneration(context, principal, { id: accepted.generation_id }));
    }
    return reply.code(202).send(translateAccepted(accepted, appliedLoras(translated.input, catalogue)));
  });
}

function registerReads(app: FastifyInstance, context: GatewayContext): void {
  const described = { tags, security };
  app.get(
    `${prefix}/status_check`,
    {
      schema: {
        ...described,
        summary: 'Status and pictures of a job',
        querystring: jobQuerySchema,
        response: { 200: deployedStatusSchema, ...legacyErrors(400, 404) },
      },
    },
    async (request) => {
      const { job_id, request_id, generation_id } = validate(jobQuerySchema, request.query);
      const id = job_id ?? request_id ?? generation_id;
      if (id === undefined) throw validationError([{ path: 'job_id', message: 'is required' }]);
      return translateStatus(await checkStatus(context, principalOf(request), { request_id: id }));
    },
  );
  app.get(
    `${prefix}/requests/:id`,
    {
      schema: {
        ...described,
        summary: 'Status and picture of a request',
        params: requestParamsSchema,
        response: { 200: requestSchema, ...legacyErrors(400, 404) },
      },
    },
    async (request) => {
      const { id } = validate(requestParamsSchema, request.params);
      return translateRequest(await checkStatus(context, principalOf(request), { request_id: id }));
    },
  );
  app.get(
    `${prefix}/loras`,
    {
      schema: {
        ...described,
        summary: 'A page of the LoRAs',
        querystring: loraQuerySchema,
        response: { 200: loraListSchema, ...legacyErrors(400) },
      },
    },
    (request) => listLoras(context, validate(loraQuerySchema, dropEmpty(request.query))),
  );
}

/** The front ends send `search=` and `category=` for no filter. */
function dropEmpty(query: unknown): unknown {
  return typeof query === 'object' && query !== null
    ? Object.fromEntries(Object.entries(query).filter(([, value]) => !isAbsent(value)))
    : query;
}
