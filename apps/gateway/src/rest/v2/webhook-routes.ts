import { validate } from '@imagegen/core/validation/validate';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GatewayContext } from '../../context.ts';
import { principalOf } from '../../http/request-principal.ts';
import * as schemas from '../../webhooks-out/endpoint-schemas.ts';
import { listDeliveries, redeliver, testEndpoint } from '../../webhooks-out/follow-deliveries.ts';
import {
  createEndpoint,
  deleteEndpoint,
  listEndpoints,
  listFailingEndpoints,
  rotateSecret,
  updateEndpoint,
} from '../../webhooks-out/manage-endpoints.ts';
import { validateQuery } from '../data-input.ts';
import { errors } from '../error-schemas.ts';

const base = '/api::v2/webhooks';
const described = { tags: ['outgoing webhooks'], security: [{ apiKey: [] }] };
const onOne = { ...described, params: schemas.endpointIdSchema };
const idOf = (request: FastifyRequest) => validate(schemas.endpointIdSchema, request.params).id;

/** Who is told of what becomes of generations, and what became of telling them. */
export function registerOutgoingWebhooks(app: FastifyInstance, context: GatewayContext): void {
  app.post(
    base,
    {
      schema: {
        ...described,
        summary: 'Register an endpoint; its secret is shown once',
        body: schemas.newEndpointSchema,
        response: { 201: schemas.secretEndpointSchema, ...errors(400, 409) },
      },
    },
    async (request, reply) => {
      const input = validate(schemas.newEndpointSchema, request.body);
      return reply.code(201).send(await createEndpoint(context, principalOf(request), input));
    },
  );
  app.get(
    base,
    { schema: { ...described, summary: 'Your endpoints, newest first', response: { 200: schemas.endpointListSchema, ...errors() } } },
    (request) => listEndpoints(context, principalOf(request)),
  );
  app.put(
    `${base}/:id`,
    {
      schema: {
        ...onOne,
        summary: 'Change what is given',
        body: schemas.endpointChangesSchema,
        response: { 200: schemas.endpointSchema, ...errors(400, 404, 409) },
      },
    },
    (request) => {
      const changes = validate(schemas.endpointChangesSchema, request.body);
      return updateEndpoint(context, principalOf(request), { ...changes, id: idOf(request) });
    },
  );
  app.delete(
    `${base}/:id`,
    {
      schema: {
        ...onOne,
        summary: 'Forget an endpoint and its deliveries',
        response: { 200: schemas.deletedEndpointSchema, ...errors(400, 404) },
      },
    },
    (request) => deleteEndpoint(context, principalOf(request), idOf(request)),
  );
  const rotated = { response: { 200: schemas.rotatedSecretSchema, ...errors(400, 404) } };
  app.post(
    `${base}/rotate`,
    { schema: { ...described, summary: 'A new default secret, for URLs that requests name', ...rotated } },
    (request) => rotateSecret(context, principalOf(request), {}),
  );
  app.post(
    `${base}/:id/rotate`,
    { schema: { ...onOne, summary: 'A new secret; the old one signs as well for a day', ...rotated } },
    (request) => rotateSecret(context, principalOf(request), { id: idOf(request) }),
  );
  registerDeliveries(app, context);
  app.get(
    '/api::v2/admin/webhooks',
    {
      config: { admin: true },
      schema: {
        tags: ['administration'],
        security: described.security,
        summary: 'Endpoints whose webhooks fail, longest first',
        response: { 200: schemas.failingEndpointsSchema, ...errors() },
      },
    },
    () => listFailingEndpoints(context),
  );
}

function registerDeliveries(app: FastifyInstance, context: GatewayContext): void {
  const delivery = { response: { 200: schemas.deliverySchema, ...errors(400, 404, 409) } };
  app.post(
    `${base}/:id/test`,
    { schema: { ...onOne, summary: 'Send a signed sample, and see how it is answered', ...delivery } },
    (request) => testEndpoint(context, principalOf(request), idOf(request)),
  );
  app.get(
    `${base}/deliveries`,
    {
      schema: {
        ...described,
        summary: 'What was sent, or is to be, newest first',
        querystring: schemas.deliveryQuerySchema,
        response: { 200: schemas.deliveryListSchema, ...errors(400) },
      },
    },
    (request) => listDeliveries(context, principalOf(request), validateQuery(request, schemas.deliveryQuerySchema, { numbers: ['limit'] })),
  );
  app.post(
    `${base}/deliveries/:id/redeliver`,
    { schema: { ...described, params: schemas.deliveryIdSchema, summary: 'Send it again, under the same id', ...delivery } },
    (request) => redeliver(context, principalOf(request), validate(schemas.deliveryIdSchema, request.params).id),
  );
}
