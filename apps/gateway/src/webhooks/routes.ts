import { AppError } from '@imagegen/core/errors/app-error';
import { storeCallback } from '@imagegen/db/queries/webhook-inbox';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import { openErrors } from '../rest/error-schemas.ts';
import { FalSignatures } from './fal-signature.ts';

const params = z.object({ token: z.string().regex(/^[\w-]{32}$/) });
const bodySchema = z.object({ request_id: z.string().min(1).max(200) });
const schema = {
  tags: ['webhooks'],
  security: [{ providerSignature: [] }],
  summary: 'fal says that a request has ended',
  params,
  body: bodySchema.meta({ examples: [{ request_id: '764cabcf-b745-4b3e-ae38-1200304cf45b' }] }),
  response: { 202: z.object({ status: z.literal('accepted') }), ...openErrors(400, 401, 404, 413, 429, 503) },
};
const bodyLimitBytes = 1024 * 1024;

/**
 * Where providers call back. A webhook sets no state: its signature is checked over the raw bytes, its id is remembered, and the provider's
 * service then asks the provider itself.
 */
export function registerWebhooks(app: FastifyInstance, { config, db }: GatewayContext): void {
  const signatures = new FalSignatures(config.falJwksUrl);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyLimitBytes }, (_, body, done) => done(null, body));

  app.post('/webhooks/fal/:token', { schema }, async (request, reply) => {
    const token = params.safeParse(request.params);
    if (!token.success || !Buffer.isBuffer(request.body)) throw new AppError('NOT_FOUND', 'There is nothing here.');
    const genuine = await signatures.verify({ headers: request.headers, rawBody: request.body }).catch((cause: unknown) => {
      throw new AppError('SERVICE_UNAVAILABLE', 'The signature cannot be checked right now.', { retryAfterSeconds: 60, cause });
    });
    if (!genuine) throw new AppError('UNAUTHORIZED', 'The signature is not valid.');
    const body = bodySchema.safeParse(readJson(request.body));
    if (!body.success) throw new AppError('VALIDATION_ERROR', 'The webhook has no request_id.');
    await storeCallback(db, { provider: 'fal', providerRequestId: body.data.request_id, callbackToken: token.data.token });
    return reply.code(202).send({ status: 'accepted' });
  });
}

function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
