import swagger from '@fastify/swagger';
import scalar from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';
import { describeRoute, refuseUndescribed } from './describe-route.ts';
import { nameComponents } from './document-components.ts';
import { finishDocument } from './finish-document.ts';
import { introduction } from './introduction.ts';

const tags = [
  { name: 'v2', description: 'Pictures by the canonical input: one route per engine, and one that chooses.' },
  { name: 'data', description: 'What you made and what it came to: history and analytics of your own rows.' },
  { name: 'credits', description: 'What you have, what is set aside, and what became of it.' },
  { name: 'outgoing webhooks', description: 'Who is told how your generations go on and end, signed as Standard Webhooks 1.0.0 has it.' },
  { name: 'presets', description: 'Settings under a name; yours, and those that others made public.' },
  {
    name: 'gateway',
    description: 'The unified gateway with nested settings, live events, LoRAs and presets; the same under both prefixes.',
  },
  { name: 'v1', description: 'The first endpoints, frozen: answers as before, with Deprecation, Sunset and the successor in Link.' },
  { name: 'deployed', description: 'The group that existing front ends call: jobs with job_id, status_check and requests.' },
  { name: 'openai', description: "OpenAI's image API over every engine; ours is under x_gateway." },
  { name: 'identity', description: 'Short-lived tickets for browsers, which cannot send headers everywhere.' },
  { name: 'administration', description: 'API keys and credits of everybody, for admins.' },
  { name: 'images', description: 'The pictures, immutable, by signed link or to their owner.' },
  { name: 'webhooks', description: 'Where providers call back.' },
  { name: 'operations', description: 'Health and metrics, for machines.' },
];

const securitySchemes = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, or a token of the configured issuer.' },
  ticket: { type: 'apiKey', in: 'query', name: 'ticket', description: 'From POST /api/tickets; good for a minute.' },
  signature: { type: 'apiKey', in: 'query', name: 'signature', description: 'Part of the links in answers, together with expires.' },
  falSignature: { type: 'apiKey', in: 'header', name: 'x-fal-webhook-signature', description: "Ed25519, by fal's published keys." },
  replicateSignature: { type: 'apiKey', in: 'header', name: 'webhook-signature', description: 'HMAC-SHA256, as Standard Webhooks has it.' },
} as const;

/** The OpenAPI 3.1 document, made from the routes themselves, and an explorer that works without the internet. Before every route. */
export async function registerDocuments(app: FastifyInstance): Promise<void> {
  nameComponents();
  app.addHook('onRoute', refuseUndescribed);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Image Generation v2', version: '2.0.0', description: introduction },
      servers: [{ url: '/' }],
      tags,
      components: { securitySchemes },
    },
    transform: describeRoute,
    transformObject: finishDocument,
  });
  app.get('/openapi.json', () => app.swagger());
  await app.register(async (scope) => {
    scope.addHook('onSend', async (_, reply) => {
      reply.header(
        'content-security-policy',
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'",
      );
    });
    await scope.register(scalar, {
      routePrefix: '/docs',
      configuration: {
        url: '/openapi.json',
        pageTitle: 'Image Generation v2',
        // An empty icon: without one browsers ask for /favicon.ico, which is not here.
        favicon: 'data:,',
        authentication: { preferredSecurityScheme: 'apiKey' },
        withDefaultFonts: false,
        hideClientButton: true,
        // These offer services of the explorer's maker, elsewhere.
        telemetry: false,
        agent: { disabled: true },
        mcp: { disabled: true },
        showDeveloperTools: 'never',
      },
    });
  });
}
