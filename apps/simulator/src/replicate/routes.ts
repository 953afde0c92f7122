import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { hangUp, send, sendScripted } from '../answer.ts';
import { type Plant, settledAndAnnounced } from '../plant.ts';
import { refusalOf } from '../scenario.ts';
import { noSuchVersion, replicateInvalid, replicateNotFound, replicateProblem, replicateRefusal } from './errors.ts';
import { replicateModels, resolveVersion } from './models.ts';
import { describePrediction, toPrediction } from './prediction.ts';
import { listPredictions } from './prediction-list.ts';
import { readCancelAfterMs, readWaitMs } from './prefer.ts';
import { defaultWebhookEvents, type ReplicateAnnouncer, webhookEvents } from './webhook.ts';

// Real webhooks must be https; a laptop has no certificate, so http is accepted here.
const bodySchema = z.strictObject({
  input: z.record(z.string(), z.unknown()),
  version: z.string().optional(),
  webhook: z.url({ protocol: /^https?$/ }).optional(),
  webhook_events_filter: z.array(z.enum(webhookEvents)).optional(),
  stream: z.boolean().optional(),
});

type Resolved = { readonly model: string; readonly version: string | null };
type ById = FastifyRequest<{ Params: { id: string } }>;

/** Replicate's HTTP API, below the prefix it is registered with. */
export function registerReplicate(app: FastifyInstance, plant: Plant, announcer: ReplicateAnnouncer): void {
  const failuresLeft = new Map<string, number>();

  app.addHook('onRequest', async (request, reply) => {
    if (!/^Bearer \S+$/.test(request.headers.authorization ?? '')) return send(reply, replicateRefusal({ kind: 'status', status: 401 }));
  });
  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) =>
    send(reply, replicateProblem(error.statusCode ?? 500, error.statusCode ? 'Bad request' : 'Internal server error', error.message)),
  );
  app.setNotFoundHandler((_request, reply) => send(reply, replicateNotFound));

  app.get('/webhooks/default/secret', (_request, reply) => send(reply, { status: 200, body: { key: announcer.secret } }));

  app.post('/models/:owner/:name/predictions', (request: FastifyRequest<{ Params: { owner: string; name: string } }>, reply) => {
    const model = `${request.params.owner}/${request.params.name}`;
    const isKnown = Object.hasOwn(replicateModels, model) && replicateModels[model]?.isOfficial;
    return isKnown ? create(request, reply, () => ({ model, version: null })) : send(reply, replicateNotFound);
  });
  app.post('/predictions', (request, reply) =>
    create(request, reply, (version) => (version === undefined ? undefined : resolveVersion(version))),
  );

  async function create(
    request: FastifyRequest,
    reply: FastifyReply,
    resolve: (version?: string) => Resolved | undefined,
  ): Promise<FastifyReply> {
    const body = bodySchema.safeParse(request.body, { reportInput: true });
    if (!body.success) return send(reply, replicateInvalid(body.error, 'body'));
    const { input, version, webhook, webhook_events_filter: events = defaultWebhookEvents } = body.data;
    const resolved = resolve(version);
    const cancelAfterMs = readCancelAfterMs(request.headers['cancel-after']?.toString());
    const prompt = typeof input.prompt === 'string' ? input.prompt : '';
    const seed = typeof input.seed === 'number' ? input.seed : null;
    const { scenario, problems } = plant.desk.treat({ provider: 'replicate', prompt, seed });
    if (problems.length > 0)
      return send(reply, replicateProblem(422, 'Input validation failed', problems.map((line) => `- input.prompt: ${line}\n`).join('')));
    if (scenario['reset-before']) return hangUp(reply);
    const refusal = refusalOf(scenario);
    if (refusal) return send(reply, replicateRefusal(refusal));
    if (!resolved) return send(reply, noSuchVersion);
    if (cancelAfterMs === undefined)
      return send(reply, replicateProblem(400, 'Bad request', 'Invalid Cancel-After header: at least 5 seconds, such as 30s or 5m'));
    const values = replicateModels[resolved.model]?.input.safeParse(input, { reportInput: true });
    if (values?.error) return send(reply, replicateInvalid(values.error, 'input'));
    const submission = await describePrediction(plant, {
      ...resolved,
      input,
      webhook: webhook === undefined ? null : { url: webhook, events },
      cancelAfterMs,
      scenario,
    });
    plant.runs.start(submission);
    if (submission.webhook) announcer.accepted(submission);
    if (scenario['status-500']) failuresLeft.set(submission.id, scenario['status-500']);
    if (scenario['webhook-early']) await settledAndAnnounced(plant, submission.id);
    if (scenario.reset && scenario.slow === undefined) return hangUp(reply);
    const waitMs = readWaitMs(request.headers.prefer?.toString());
    if (waitMs > 0) await plant.runs.settled(submission.id, waitMs);
    const current = plant.ledger.find(submission.id) ?? submission;
    const status = waitMs > 0 && !current.settlement ? 202 : 201;
    return sendScripted(reply, { status, body: toPrediction(current, plant.publicUrl()) }, scenario);
  }

  app.get('/predictions', (request: FastifyRequest<{ Querystring: Record<string, string> }>, reply) =>
    send(reply, listPredictions(plant, request.query)),
  );

  app.get('/predictions/:id', (request: ById, reply) => {
    const submission = plant.ledger.find(request.params.id);
    if (submission?.provider !== 'replicate') return send(reply, replicateNotFound);
    const left = failuresLeft.get(submission.id) ?? 0;
    if (left > 0) {
      failuresLeft.set(submission.id, left - 1);
      return send(reply, replicateRefusal({ kind: 'status', status: 500 }));
    }
    const isCorrupt = submission.scenario['corrupt-result'] && submission.settlement;
    return send(reply, { status: 200, body: isCorrupt ? '{"id":"' : toPrediction(submission, plant.publicUrl()) });
  });

  app.post('/predictions/:id/cancel', (request: ById, reply) => {
    const submission = plant.ledger.find(request.params.id);
    if (submission?.provider !== 'replicate') return send(reply, replicateNotFound);
    plant.runs.cancel(submission.id);
    return send(reply, { status: 200, body: toPrediction(plant.ledger.find(submission.id) ?? submission, plant.publicUrl()) });
  });
}
