import { AppError } from '@imagegen/core/errors/app-error';
import { adjustmentSchema } from '@imagegen/core/generation/adjustment';
import type { GenerationOutput } from '@imagegen/core/generation/output';
import { receiptSchema } from '@imagegen/core/routing/receipt';
import { validate } from '@imagegen/core/validation/validate';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { canonicalDefaults } from '../../config.ts';
import type { GatewayContext } from '../../context.ts';
import { readPicture } from '../../generations/read-picture.ts';
import { submitGeneration } from '../../generations/submit-generation.ts';
import { waitForGeneration } from '../../generations/wait-for-generation.ts';
import { replyWithError, toAppError } from '../../http/error-reply.ts';
import { sendEventStream } from '../../http/event-stream.ts';
import { acceptForms, readForm } from '../../http/multipart-body.ts';
import { principalOf, requirePrincipal } from '../../http/request-principal.ts';
import { answersOf } from '../error-schemas.ts';
import { idempotencyKeyOf, idempotencyKeySchema } from '../idempotency-key.ts';
import { pictureBodyBytes } from '../picture-body.ts';
import { formatOpenAiError, openAiStatus } from './error.ts';
import { editBodyOfForm } from './form.ts';
import { editsBodySchema, generationsBodySchema } from './input.ts';
import { listModels, modelListSchema, modelSchema } from './models.ts';
import { completedEventSchema, type Making, streamPictures } from './stream.ts';
import { type ImagesAnswer, type OpenAiRequest, translateEdits, translateGenerations, translateOutput } from './translate.ts';

const tags = ['openai'];
const security = [{ apiKey: [] }];

const errorSchema = z
  .object({
    error: z.object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string().nullable() }),
    x_gateway: z.object({ code: z.string(), details: z.record(z.string(), z.unknown()).optional() }),
  })
  .meta({ id: 'OpenAiError' });
const errors = answersOf(errorSchema);

const imagesSchema = z.object({
  created: z.number(),
  data: z.array(z.object({ url: z.string().optional(), b64_json: z.string().optional() })),
  output_format: z.string(),
  size: z.string(),
  x_gateway: z.object({
    generation_id: z.string(),
    request_id: z.string(),
    engine: z.string(),
    provider: z.string(),
    credits_used: z.number(),
    adjustments: z.array(adjustmentSchema),
    receipt: receiptSchema,
  }),
});
const imagesResponse = {
  description: 'The pictures; with `stream` as events, one with each picture',
  content: { 'application/json': { schema: imagesSchema }, 'text/event-stream': { schema: completedEventSchema } },
};
const modelParamsSchema = z.object({ model: z.string().min(1).max(100) });

/** OpenAI's image API over every engine: their clients work against it unmodified. */
export async function registerOpenAi(app: FastifyInstance, context: GatewayContext): Promise<void> {
  app.setErrorHandler(replyInTheirWords);
  app.setNotFoundHandler((request) => {
    throw new AppError('NOT_FOUND', `Invalid URL (${request.method} ${request.url.split('?')[0]})`);
  });
  requirePrincipal(app, context.authenticator);
  await acceptForms(app);
  registerImages(app, context);
  registerModels(app, context);
}

/**
 * Their clients repeat a call after 429 and any 5xx. With an accepted generation behind it that would buy a second picture, and an empty
 * account stays empty.
 */
function replyInTheirWords(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = toAppError(thrown);
  if (error.details?.generation_id !== undefined || error.code === 'QUOTA_EXCEEDED') reply.header('x-should-retry', 'false');
  return replyWithError(formatOpenAiError, openAiStatus)(error, request, reply);
}

function registerImages(app: FastifyInstance, context: GatewayContext): void {
  const described = {
    tags,
    security,
    headers: idempotencyKeySchema,
    response: { 200: imagesResponse, ...errors(400, 404, 413, 415, 422, 502, 504) },
  };
  const { openaiModel } = context.config.mapping;
  app.post(
    '/images/generations',
    { bodyLimit: pictureBodyBytes, schema: { ...described, summary: 'New pictures', body: generationsBodySchema } },
    (request, reply) => answer(context, { request, reply, making: 'image_generation' }, translateGenerations(request.body, openaiModel)),
  );
  app.post(
    '/images/edits',
    {
      bodyLimit: pictureBodyBytes,
      schema: { ...described, summary: 'A picture changed', consumes: ['application/json', 'multipart/form-data'], body: editsBodySchema },
    },
    async (request, reply) => {
      const body = request.isMultipart() ? editBodyOfForm(await readForm(request)) : request.body;
      return answer(context, { request, reply, making: 'image_edit' }, translateEdits(body, openaiModel));
    },
  );
}

type Answering = { request: FastifyRequest; reply: FastifyReply; making: Making };

/** The pictures once they are there, or with `stream` as events; whatever is refused before it is accepted has its own status either way. */
async function answer(
  context: GatewayContext,
  { request, reply, making }: Answering,
  { answerFormat, stream, ...translated }: OpenAiRequest,
): Promise<ImagesAnswer | undefined> {
  const principal = principalOf(request);
  const door = { api: 'openai', route: `openai${request.url.split('?')[0]}`, defaults: canonicalDefaults, engine: null };
  const accepted = await submitGeneration(context, { ...translated, principal, door, idempotencyKey: idempotencyKeyOf(request) });
  const wait = () => waitForGeneration(context, principal, { id: accepted.generation_id });
  const finish = async () => {
    const output = await wait();
    return { output, encoded: await encodePictures(context, output) };
  };
  if (stream) {
    await sendEventStream(reply, streamPictures(finish, making));
    return undefined;
  }
  if (answerFormat === 'url') return translateOutput(await wait(), null);
  const { output, encoded } = await finish();
  return translateOutput(output, encoded);
}

async function encodePictures(context: GatewayContext, { images }: GenerationOutput): Promise<string[]> {
  const pictures = await Promise.all(images.map(({ sha256 }) => readPicture(context, sha256)));
  return pictures.map((bytes) => bytes.toString('base64'));
}

function registerModels(app: FastifyInstance, { config }: GatewayContext): void {
  const models = listModels(config.mapping.openaiModel);
  app.get(
    '/models',
    { schema: { tags, security, summary: 'What `model` may be', response: { 200: modelListSchema, ...errors() } } },
    async () => ({ object: 'list', data: models }),
  );
  app.get(
    '/models/:model',
    {
      schema: {
        tags,
        security,
        summary: 'One of them',
        params: modelParamsSchema,
        response: { 200: modelSchema, ...errors(404) },
      },
    },
    async (request) => {
      const { model: id } = validate(modelParamsSchema, request.params);
      const model = models.find((known) => known.id === id);
      if (!model) throw new AppError('NOT_FOUND', `The model '${id}' does not exist`, { details: { model: id } });
      return model;
    },
  );
}
