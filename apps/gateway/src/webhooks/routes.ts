import { AppError } from '@imagegen/core/errors/app-error';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import { openErrors } from '../rest/error-schemas.ts';
import { FalSignatures } from './fal-signature.ts';
import { receiveCallback } from './receive-callback.ts';
import { genuineReplicateId } from './replicate-signature.ts';
import type { SignedWebhook } from './signed-webhook.ts';

const bodyLimitBytes = 1024 * 1024;
const params = z.object({ token: z.string().regex(/^[\w-]{32}$/) });
const providerId = z.string().min(1).max(200);
const falBody = z.looseObject({ request_id: providerId });
const replicateBody = z.looseObject({ id: providerId });
const answers = { 202: z.object({ status: z.literal('accepted') }), ...openErrors(400, 401, 404, 413, 429, 503) };

type Scheme = {
  provider: 'fal' | 'replicate';
  summary: string;
  security: Record<string, string[]>[];
  body: z.ZodType;
  /** Which delivery it is and about what; 'forged' when its signature is not good. Rejects when that cannot be judged. */
  read: (webhook: SignedWebhook) => Promise<{ webhookId: string; providerRequestId: string } | 'forged' | 'unreadable'>;
};

/**
 * Where providers call back. A webhook sets no state: its signature is checked over the raw bytes, it is put into the inbox once, and the
 * provider's service then asks the provider itself.
 */
export function registerWebhooks(app: FastifyInstance, context: GatewayContext): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyLimitBytes }, (_, body, done) => done(null, body));
  for (const scheme of [falScheme(context), replicateScheme(context)]) registerScheme(app, context, scheme);
}

function registerScheme(app: FastifyInstance, context: GatewayContext, { provider, read, ...described }: Scheme): void {
  const count = (outcome: string) => context.metrics.webhooks.inc({ provider, outcome });
  const schema = { tags: ['webhooks'], params, response: answers, ...described };

  app.post(`/webhooks/${provider}/:token`, { schema }, async (request, reply) => {
    const token = params.safeParse(request.params);
    if (!token.success || !Buffer.isBuffer(request.body)) throw new AppError('NOT_FOUND', 'There is nothing here.');
    const webhook = { headers: request.raw.headersDistinct, rawBody: request.body };
    const delivery = await read(webhook).catch((cause: unknown) => {
      count('unjudged');
      throw new AppError('SERVICE_UNAVAILABLE', 'The signature cannot be checked right now.', { retryAfterSeconds: 60, cause });
    });
    if (delivery === 'forged') {
      count('forged');
      throw new AppError('UNAUTHORIZED', 'The signature is not valid.');
    }
    if (delivery === 'unreadable') throw new AppError('VALIDATION_ERROR', 'The webhook does not say what it is about.');
    count(await receiveCallback(context, { provider, callbackToken: token.data.token, ...delivery }));
    return reply.code(202).send({ status: 'accepted' });
  });
}

function falScheme({ config: { webhooks } }: GatewayContext): Scheme {
  const signatures = new FalSignatures(webhooks.falJwksUrl, webhooks.falUserId);
  return {
    provider: 'fal',
    summary: 'fal says that a request has ended',
    security: [{ falSignature: [] }],
    body: falBody.meta({ examples: [{ request_id: '764cabcf-b745-4b3e-ae38-1200304cf45b', status: 'OK' }] }),
    async read(webhook) {
      if (!(await signatures.verify(webhook))) return 'forged';
      const body = falBody.safeParse(readJson(webhook.rawBody));
      // fal calls once for a request, and again until it is answered: the request's id is the delivery's.
      return body.success ? { webhookId: body.data.request_id, providerRequestId: body.data.request_id } : 'unreadable';
    },
  };
}

function replicateScheme({ config: { webhooks } }: GatewayContext): Scheme {
  const { replicateSecret } = webhooks;
  return {
    provider: 'replicate',
    summary: 'Replicate says that a prediction has ended',
    security: [{ replicateSignature: [] }],
    body: replicateBody.meta({ examples: [{ id: 'gm3qorzdhgbfurvjtvhg6dckhu', status: 'succeeded' }] }),
    async read(webhook) {
      if (!replicateSecret) throw new Error('REPLICATE_WEBHOOK_SECRET is not set');
      const webhookId = genuineReplicateId(webhook, replicateSecret);
      if (webhookId === null) return 'forged';
      const body = replicateBody.safeParse(readJson(webhook.rawBody));
      return body.success ? { webhookId, providerRequestId: body.data.id } : 'unreadable';
    },
  };
}

function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
