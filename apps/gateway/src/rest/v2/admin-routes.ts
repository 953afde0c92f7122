import { validate } from '@imagegen/core/validation/validate';
import type { FastifyInstance } from 'fastify';
import type { GatewayContext } from '../../context.ts';
import { enginesViewSchema, presentEngines } from '../../engines/present-engines.ts';
import {
  createKeyFor,
  endKey,
  keyFilterSchema,
  keyForAnyoneSchema,
  keyIdSchema,
  keyListSchema,
  newKeySchema,
  presentKeys,
  revokedKeySchema,
} from '../../identity/manage-keys.ts';
import { errors } from '../error-schemas.ts';

const tags = ['administration'];
const security = [{ apiKey: [] }];
const config = { admin: true } as const;

/** API keys of everybody, and how the engines are. */
export function registerAdmin(app: FastifyInstance, context: GatewayContext): void {
  app.get(
    '/api::v2/admin/engines',
    {
      config,
      schema: {
        tags,
        security,
        summary: 'How every engine is, its breakers, and the processes of the services behind it',
        response: { 200: enginesViewSchema, ...errors() },
      },
    },
    () => presentEngines(context),
  );
  app.get(
    '/api::v2/admin/keys',
    {
      config,
      schema: {
        tags,
        security,
        summary: 'API keys, newest first',
        querystring: keyFilterSchema,
        response: { 200: keyListSchema, ...errors(400) },
      },
    },
    (request) => presentKeys(context, validate(keyFilterSchema, request.query).user_id ?? null),
  );
  app.post(
    '/api::v2/admin/keys',
    {
      config,
      schema: {
        tags,
        security,
        summary: 'A new API key, shown once',
        body: keyForAnyoneSchema,
        response: { 201: newKeySchema, ...errors(400, 404, 409) },
      },
    },
    async (request, reply) => reply.code(201).send(await createKeyFor(context, validate(keyForAnyoneSchema, request.body))),
  );
  app.delete(
    '/api::v2/admin/keys/:id',
    {
      config,
      schema: {
        tags,
        security,
        summary: 'Revoke an API key',
        params: keyIdSchema,
        response: { 200: revokedKeySchema, ...errors(400, 404) },
      },
    },
    (request) => endKey(context, { id: validate(keyIdSchema, request.params).id, userId: null }),
  );
}
