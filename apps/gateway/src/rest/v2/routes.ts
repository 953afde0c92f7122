import type { EngineId } from '@imagegen/core/engines/engine';
import { estimateOutputSchema } from '@imagegen/core/estimate/estimate-output';
import { generationInputSchema } from '@imagegen/core/generation/input';
import { acceptedSchema, generationOutputSchema } from '@imagegen/core/generation/output';
import { validate } from '@imagegen/core/validation/validate';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { canonicalDefaults } from '../../config.ts';
import type { GatewayContext } from '../../context.ts';
import type { Door } from '../../generations/door.ts';
import { estimateGeneration } from '../../generations/estimate-generation.ts';
import { checkStatus } from '../../generations/get-generation.ts';
import { submitGeneration } from '../../generations/submit-generation.ts';
import { validateGeneration, validationOutputSchema } from '../../generations/validate-generation.ts';
import { answerIfChanged } from '../../http/entity-tag.ts';
import { acceptForms, readForm } from '../../http/multipart-body.ts';
import { principalOf } from '../../http/request-principal.ts';
import { errors } from '../error-schemas.ts';
import { idempotencyKeyOf, idempotencyKeySchema } from '../idempotency-key.ts';
import { pictureBodyBytes } from '../picture-body.ts';
import { editBodyOfForm } from './edit-form.ts';
import { replicateInputSchema, statusBodySchema, statusQuerySchema, translateReplicate } from './translate.ts';

const anyExample = { prompt: 'a lighthouse at dusk', priority: 'quality', loras: [{ id: 309 }], metadata: { project: 'coast' } };

type GenerateRoute = { path: string; engine: EngineId | null; summary: string; example: object };

const generateRoutes: GenerateRoute[] = [
  {
    path: 'flux/standard',
    engine: 'flux-standard',
    summary: 'FLUX with up to two LoRAs',
    example: { prompt: 'a lighthouse at dusk', loras: [{ id: 309, weight: 0.8 }], steps: 28, width: 1024, height: 768 },
  },
  {
    path: 'flux/advanced',
    engine: 'flux-advanced',
    summary: 'FLUX with up to five LoRAs and a native negative prompt',
    example: {
      prompt: 'a lighthouse at dusk',
      negative_prompt: 'fog',
      sampler: 'euler',
      loras: [{ id: 309 }, { id: 310, weight: 0.6 }, { id: 311 }],
    },
  },
  {
    path: 'flux/juggernaut',
    engine: 'flux-juggernaut',
    summary: 'Juggernaut FLUX, best quality, up to two LoRAs',
    example: { prompt: 'a lighthouse at dusk', image_size: 'portrait_4_3', cfg_scale: 3.5, seed: 42 },
  },
  {
    path: 'replicate/generate',
    engine: 'replicate',
    summary: 'FLUX dev on Replicate',
    example: { prompt: 'a lighthouse at night', reference_image: 'https://pictures.example.com/lighthouse.png', prompt_strength: 0.8 },
  },
  {
    path: 'openai/generate',
    engine: 'openai',
    summary: "OpenAI's current image model",
    example: { prompt: 'a lighthouse at dusk', num_images: 2, format: 'webp', quality: 80 },
  },
  {
    path: 'openai/edit',
    engine: 'openai-edit',
    summary: 'Change a picture with OpenAI',
    example: { prompt: 'make it night', reference_image: 'https://pictures.example.com/lighthouse.png' },
  },
  { path: 'smart/generate', engine: null, summary: 'The best engine for the request, with a receipt', example: anyExample },
];

const tags = ['v2'];
const security = [{ apiKey: [] }];

function doorTo(path: string, engine: EngineId | null): Door {
  return { api: 'v2', route: `v2/${path}`, defaults: canonicalDefaults, engine };
}

function registerGenerate(app: FastifyInstance, context: GatewayContext, { path, engine, summary, example }: GenerateRoute): void {
  const door = doorTo(path, engine);
  const schema = {
    tags,
    security,
    summary,
    headers: idempotencyKeySchema,
    consumes: engine === 'openai-edit' ? ['application/json', 'multipart/form-data'] : ['application/json'],
    body: engine === 'replicate' ? replicateInputSchema : generationInputSchema,
    response: { 202: acceptedSchema, ...errors(400, 402, 413, 415, 422) },
  };
  app.post(`/api::v2/${path}`, { schema, config: { example }, bodyLimit: pictureBodyBytes }, async (request, reply) => {
    const input = validate(generationInputSchema, await readBody(request, engine));
    const idempotencyKey = idempotencyKeyOf(request);
    const { replayed, ...accepted } = await submitGeneration(context, { principal: principalOf(request), input, door, idempotencyKey });
    if (replayed) reply.header('idempotent-replayed', 'true');
    return reply.code(202).send(accepted);
  });
}

async function readBody(request: FastifyRequest, engine: EngineId | null): Promise<unknown> {
  if (engine === 'replicate') return translateReplicate(request.body);
  return engine === 'openai-edit' && request.isMultipart() ? editBodyOfForm(await readForm(request)) : request.body;
}

export async function registerV2(app: FastifyInstance, context: GatewayContext): Promise<void> {
  for (const route of generateRoutes) {
    if (route.engine !== 'openai-edit') registerGenerate(app, context, route);
    else {
      await app.register(async (scope) => {
        await acceptForms(scope);
        registerGenerate(scope, context, route);
      });
    }
  }

  const statusAnswers = { response: { 200: generationOutputSchema, ...errors(400, 404) } };
  app.get(
    '/api::v2/status/check',
    {
      onSend: answerIfChanged,
      schema: {
        tags,
        security,
        summary: 'Status and pictures, by either id',
        querystring: statusQuerySchema,
        response: { ...statusAnswers.response, 304: z.null() },
      },
    },
    (request) => checkStatus(context, principalOf(request), validate(statusQuerySchema, request.query)),
  );
  app.post(
    '/api::v2/status/check',
    {
      config: { access: 'read' },
      schema: { tags, security, summary: 'Status and pictures, by either id', body: statusBodySchema, ...statusAnswers },
    },
    (request) => checkStatus(context, principalOf(request), validate(statusBodySchema, request.body)),
  );

  app.post(
    '/api::v2/utils/estimate',
    {
      config: { access: 'read', example: anyExample },
      bodyLimit: pictureBodyBytes,
      schema: {
        tags,
        security,
        summary: 'Price, time and fidelity at every engine',
        body: generationInputSchema,
        response: { 200: estimateOutputSchema, ...errors(400) },
      },
    },
    (request) =>
      estimateGeneration(context, {
        principal: principalOf(request),
        input: validate(generationInputSchema, request.body),
        door: doorTo('utils/estimate', null),
      }),
  );
  app.post(
    '/api::v2/utils/validate',
    {
      config: { access: 'read', example: anyExample },
      bodyLimit: pictureBodyBytes,
      schema: {
        tags,
        security,
        summary: 'What would be honoured, and exactly what each provider would get',
        body: generationInputSchema,
        response: { 200: validationOutputSchema, ...errors() },
      },
    },
    (request) => validateGeneration(context, { principal: principalOf(request), body: request.body, door: doorTo('utils/validate', null) }),
  );
}
