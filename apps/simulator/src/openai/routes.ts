import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, hangUp, send, sendScripted } from '../answer.ts';
import type { Plant } from '../plant.ts';
import { refusalOf, type Scenario } from '../scenario.ts';
import { openaiAnswer, paintPictures } from './answers.ts';
import { type Edit, readFormEdit, readJsonEdit } from './edit-body.ts';
import { invalidRequest, moderationBlocked, openaiError, openaiRefusal, serverError } from './errors.ts';
import { describeGeneration } from './generation.ts';
import { generationSchema, parseOrder } from './inputs.ts';
import { openaiModels } from './models.ts';
import { streamPictures } from './picture-stream.ts';

type Kind = 'image_generation' | 'image_edit';

/** OpenAI's images API, below the prefix it is registered with. */
export function registerOpenai(app: FastifyInstance, plant: Plant): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': `req_${randomUUID().replaceAll('-', '')}`, 'openai-version': '2020-10-01' });
    if (!/^Bearer \S+$/.test(request.headers.authorization ?? '')) return send(reply, openaiRefusal({ kind: 'status', status: 401 }));
  });
  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) =>
    send(
      reply,
      error.statusCode && error.statusCode < 500
        ? { ...invalidRequest(error.message, null), status: error.statusCode }
        : openaiError(500, serverError),
    ),
  );
  app.setNotFoundHandler((request, reply) =>
    send(reply, { ...invalidRequest(`Invalid URL (${request.method} ${request.url})`, null), status: 404 }),
  );

  app.get('/models', (_request, reply) => {
    const data = Object.keys(openaiModels).map((id) => ({ id, object: 'model', created: 1_776_729_600, owned_by: 'system' }));
    return send(reply, { status: 200, body: { object: 'list', data } });
  });

  app.post('/images/generations', (request, reply) => {
    const { body } = request;
    return serve(reply, 'image_generation', { prompt: promptOf(body), read: async () => readGeneration(body) });
  });

  app.post('/images/edits', async (request, reply) => {
    if (!Buffer.isBuffer(request.body)) {
      const { body } = request;
      return serve(reply, 'image_edit', { prompt: promptOf(body), read: () => readJsonEdit(body) });
    }
    const form = await readForm(request, request.body);
    if (!form) return send(reply, invalidRequest('Could not parse multipart form', null));
    return serve(reply, 'image_edit', { prompt: promptOf(Object.fromEntries(form)), read: () => readFormEdit(form) });
  });

  type Call = { readonly prompt: string; readonly read: () => Promise<Edit | Answer> };

  async function serve(reply: FastifyReply, kind: Kind, { prompt, read }: Call): Promise<FastifyReply> {
    const { scenario, problems } = plant.desk.treat({ provider: 'openai', prompt, seed: null });
    if (problems.length > 0) return send(reply, invalidRequest(problems.join('; '), 'invalid_value', 'prompt'));
    if (scenario['reset-before']) return hangUp(reply);
    const refusal = refusalOf(scenario);
    if (refusal) return send(reply, openaiRefusal(refusal));
    const edit = await read();
    if ('status' in edit) return send(reply, edit);
    return scenario.moderation ? send(reply, moderationBlocked('input')) : paint(reply, kind, { edit, scenario });
  }

  async function paint(reply: FastifyReply, kind: Kind, { edit, scenario }: { edit: Edit; scenario: Scenario }): Promise<FastifyReply> {
    const generation = describeGeneration(plant, edit, scenario);
    const { submission } = generation;
    plant.runs.start(submission);
    if (scenario.reset && scenario.slow === undefined) return hangUp(reply);
    const painted = paintPictures(generation, plant.gallery);
    painted.catch(() => undefined);
    if (generation.order.isStreamed) return streamPictures(reply, plant, { generation, kind, painted });
    await plant.runs.settled(submission.id);
    const answer = await openaiAnswer(generation, painted);
    const headers = { 'x-request-id': submission.id, 'openai-processing-ms': String(Date.now() - submission.run.acceptedAtMs) };
    const isCorrupt = scenario['corrupt-result'] || scenario['corrupt-json'];
    return sendScripted(reply, { ...answer, headers }, isCorrupt ? { ...scenario, 'corrupt-json': true } : scenario);
  }
}

function readGeneration(body: unknown): Edit | Answer {
  const parsed = parseOrder(generationSchema, body);
  return 'refused' in parsed ? parsed.refused : { order: parsed.order, input: parsed.input, references: [] };
}

function promptOf(body: unknown): string {
  const prompt = typeof body === 'object' && body !== null && 'prompt' in body ? body.prompt : undefined;
  return typeof prompt === 'string' ? prompt : '';
}

async function readForm(request: FastifyRequest, body: Buffer): Promise<FormData | undefined> {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': request.headers['content-type'] ?? '' } }).formData();
  } catch {
    return undefined;
  }
}
