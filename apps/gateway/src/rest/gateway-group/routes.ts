import type { EngineId } from '@imagegen/core/engines/engine';
import { generationOutputSchema } from '@imagegen/core/generation/output';
import { validate } from '@imagegen/core/validation/validate';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { GatewayContext } from '../../context.ts';
import { checkStatus, readRow, type StatusQuery } from '../../generations/get-generation.ts';
import { presentAtAccept } from '../../generations/present-generation.ts';
import { submitGeneration } from '../../generations/submit-generation.ts';
import { answerIfChanged } from '../../http/entity-tag.ts';
import { principalOf, requirePrincipal } from '../../http/request-principal.ts';
import { errors } from '../error-schemas.ts';
import { idempotencyKeyOf, idempotencyKeySchema } from '../idempotency-key.ts';
import { pictureBodyBytes } from '../picture-body.ts';
import { gatewayBodySchema } from './input.ts';
import { registerLibrary } from './library-routes.ts';
import { registerLive } from './live-routes.ts';
import { statusBodySchema, statusParamsSchema, statusQuerySchema } from './status-input.ts';
import { translateBody, translateOutput } from './translate.ts';

/** The unified gateway of the reorganization plan, where the plan puts it and where ChatEnhanced's contract does. */
const gatewayPrefixes = ['/api', '/api::_WUcacrv'] as const;

/** Steps and guidance when not asked (ChatEnhanced's contract). */
const gatewayDefaults = { steps: 30, cfgScale: 7.5 };

type GenerateRoute = { path: string; engine: EngineId | null; summary: string };

const anyEngine: GenerateRoute = { path: 'image/generate', engine: null, summary: 'A picture by any engine' };
const oneEngine: readonly GenerateRoute[] = [
  { path: 'providers/flux-dev', engine: 'replicate', summary: 'A picture by FLUX dev on Replicate' },
  { path: 'providers/juggernaut', engine: 'flux-juggernaut', summary: 'A picture by Juggernaut FLUX' },
  { path: 'providers/flux-general', engine: 'flux-advanced', summary: 'A picture by FLUX with up to five LoRAs' },
];

const tags = ['gateway'];
const security = [{ apiKey: [] }];

/** Only the generate route of the first front ends, and its status, may be open to callers without a key (`LEGACY_ANONYMOUS`). */
export async function registerGatewayGroup(app: FastifyInstance, context: GatewayContext): Promise<void> {
  await app.register(async (scope) => {
    requirePrincipal(scope, context.authenticator, { anonymous: true });
    for (const prefix of gatewayPrefixes) {
      registerGenerate(scope, context, { prefix, routes: [anyEngine] });
      registerStatus(scope, context, prefix);
    }
  });
  await app.register(async (scope) => {
    requirePrincipal(scope, context.authenticator, { ticket: true });
    for (const prefix of gatewayPrefixes) registerLive(scope, context, prefix);
  });
  await app.register(async (scope) => {
    requirePrincipal(scope, context.authenticator);
    for (const prefix of gatewayPrefixes) {
      registerGenerate(scope, context, { prefix, routes: oneEngine });
      registerLibrary(scope, context, prefix);
    }
  });
}

type GenerateRoutes = { prefix: string; routes: readonly GenerateRoute[] };

function registerGenerate(app: FastifyInstance, context: GatewayContext, { prefix, routes }: GenerateRoutes): void {
  for (const { path, engine, summary } of routes) {
    const door = { api: 'gateway', route: `gateway/${path}`, defaults: gatewayDefaults, engine };
    const schema = {
      tags,
      security,
      summary,
      headers: idempotencyKeySchema,
      body: gatewayBodySchema,
      response: { 202: generationOutputSchema, ...errors(400, 402, 413, 415, 422) },
    };
    app.post(`${prefix}/${path}`, { schema, bodyLimit: pictureBodyBytes }, async (request, reply) => {
      const principal = principalOf(request);
      const submission = { ...translateBody(request.body), principal, door, idempotencyKey: idempotencyKeyOf(request) };
      const { replayed, generation_id } = await submitGeneration(context, submission);
      if (replayed) reply.header('idempotent-replayed', 'true');
      const row = await readRow(context, principal, generation_id);
      return reply.code(202).send(translateOutput(presentAtAccept(row, context.links)));
    });
  }
}

function registerStatus(app: FastifyInstance, context: GatewayContext, prefix: string): void {
  const answers = { response: { 200: generationOutputSchema, ...errors(400, 404) } };
  const orNothing = { response: { ...answers.response, 304: z.null() } };
  const look = async (request: FastifyRequest, query: StatusQuery) =>
    translateOutput(await checkStatus(context, principalOf(request), query));
  for (const path of ['generations/status', 'generations/retrieve']) {
    const described = { tags, security, summary: 'Status and pictures, by either id' };
    app.get(
      `${prefix}/${path}`,
      { onSend: answerIfChanged, schema: { ...described, querystring: statusQuerySchema, ...orNothing } },
      (request) => look(request, validate(statusQuerySchema, request.query)),
    );
    app.post(`${prefix}/${path}`, { config: { access: 'read' }, schema: { ...described, body: statusBodySchema, ...answers } }, (request) =>
      look(request, validate(statusBodySchema, request.body)),
    );
  }
  const summary = 'Status and pictures of one generation';
  const querystring = statusQuerySchema.pick({ wait: true });
  app.get(
    `${prefix}/generations/:id/status`,
    { onSend: answerIfChanged, schema: { tags, security, summary, params: statusParamsSchema, querystring, ...orNothing } },
    (request) => look(request, { request_id: validate(statusParamsSchema, request.params).id, ...validate(querystring, request.query) }),
  );
}
