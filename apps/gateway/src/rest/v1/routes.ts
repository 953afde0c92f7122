import { validate } from '@imagegen/core/validation/validate';
import type { FastifyInstance } from 'fastify';
import type { GatewayContext } from '../../context.ts';
import { checkStatus } from '../../generations/get-generation.ts';
import { submitGeneration } from '../../generations/submit-generation.ts';
import { waitForGeneration } from '../../generations/wait-for-generation.ts';
import { replyWithError } from '../../http/error-reply.ts';
import { principalOf, requirePrincipal } from '../../http/request-principal.ts';
import { legacyErrors } from '../error-schemas.ts';
import { idempotencyKeyOf, idempotencyKeySchema } from '../idempotency-key.ts';
import { formatLegacyError } from '../legacy/legacy-error.ts';
import { pictureBodyBytes } from '../picture-body.ts';
import { configuredEndpoints, type V1Endpoint, v1Defaults, v1Endpoints } from './endpoints.ts';
import { v1AnswerSchema, v1BodySchema, v1ParamsSchema } from './schemas.ts';
import { translateAccepted, translateBody, translateOutput } from './translate.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route of today that a deprecated one points to. */
    successor?: string;
  }
}

const prefix = '/api::_WUcacrv';
/** RFC 9745: the day v2 took over, in seconds since 1970. RFC 8594: a year later. */
const deprecation = '@1795132800';
const sunset = 'Sat, 20 Nov 2027 00:00:00 GMT';

const tags = ['v1'];
const security = [{ apiKey: [] }];

/** The frozen endpoints of the first group: nothing is added here but what old callers need to be served as before. */
export async function registerV1(app: FastifyInstance, context: GatewayContext): Promise<void> {
  app.setErrorHandler(replyWithError(formatLegacyError));
  requirePrincipal(app, context.authenticator, { anonymous: true });
  app.addHook('onSend', async (request, reply) => {
    const { successor = '/docs' } = request.routeOptions.config;
    reply.header('deprecation', deprecation).header('sunset', sunset).header('link', `<${successor}>; rel="successor-version"`);
  });
  for (const endpoint of [...v1Endpoints, ...configuredEndpoints(context.config.legacyPaths)]) registerEndpoint(app, context, endpoint);
}

function registerEndpoint(app: FastifyInstance, context: GatewayContext, endpoint: V1Endpoint): void {
  const { path, engine, summary, successor, waits } = endpoint;
  const door = { api: 'v1', route: `v1/${path}`, defaults: v1Defaults, engine };
  const described = { tags, security, deprecated: true };
  const create = {
    ...described,
    summary,
    headers: idempotencyKeySchema,
    body: v1BodySchema(endpoint),
    response: { 200: v1AnswerSchema, ...legacyErrors(400, 402, 413, 415, 422, 502, 504) },
  };
  app.post(`${prefix}/${path}`, { schema: create, config: { successor }, bodyLimit: pictureBodyBytes }, async (request, reply) => {
    const principal = principalOf(request);
    const translated = translateBody(request.body, endpoint, await context.loras.all());
    const submission = { ...translated, principal, door, idempotencyKey: idempotencyKeyOf(request) };
    const { replayed, ...accepted } = await submitGeneration(context, submission);
    if (replayed) reply.header('idempotent-replayed', 'true');
    if (!waits) return translateAccepted(accepted);
    return translateOutput(await waitForGeneration(context, principal, { id: accepted.generation_id }));
  });

  const look = { ...described, summary: `Result of ${path}`, params: v1ParamsSchema };
  const answers = { response: { 200: v1AnswerSchema, ...legacyErrors(400, 404) } };
  app.get(
    `${prefix}/${path}/requests/:id`,
    { schema: { ...look, ...answers }, config: { successor: '/api:v2/status/check' } },
    async (request) => {
      const { id } = validate(v1ParamsSchema, request.params);
      return translateOutput(await checkStatus(context, principalOf(request), { request_id: id }));
    },
  );
}
