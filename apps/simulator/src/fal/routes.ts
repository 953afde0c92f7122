import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hangUp, send, sendScripted } from '../answer.ts';
import { type Plant, settledAndAnnounced } from '../plant.ts';
import { refusalOf } from '../scenario.ts';
import { falResult, falStatus, falSubmitted } from './answers.ts';
import { falEndpoints } from './endpoints.ts';
import { falModelError, falPlatformError, falProblem, falRefusal } from './errors.ts';
import { applicationOf, type FalPath, parseFalPath } from './path.ts';
import type { FalSigner } from './signature.ts';
import { streamFalStatus } from './status-stream.ts';
import { describeFalSubmission } from './submission.ts';

type FalRequest = FastifyRequest<{ Params: { '*': string }; Querystring: { fal_webhook?: string; logs?: string } }>;

const notFound = { status: 404, body: { detail: 'Not Found' } } as const;
const notAllowed = { status: 405, body: { detail: 'Method Not Allowed' } } as const;

/** fal's queue, below the prefix it is registered with. */
export function registerFal(app: FastifyInstance, plant: Plant, signer: FalSigner): void {
  const failuresLeft = new Map<string, number>();

  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) =>
    error.statusCode && error.statusCode < 500
      ? send(reply, falModelError(error.statusCode === 413 ? 413 : 422, [falProblem([], 'json_invalid', error.message)]))
      : send(reply, falPlatformError(500, 'internal_error', error.message)),
  );
  app.get('/.well-known/jwks.json', (_request, reply) => send(reply, { status: 200, body: signer.jwks }));
  app.all('/*', (request: FalRequest, reply) => {
    if (!/^Key \S+$/.test(request.headers.authorization ?? '')) return send(reply, falRefusal({ kind: 'status', status: 401 }));
    const path = parseFalPath(request.params['*']);
    if (!path) return send(reply, notFound);
    if (path.kind === 'request') return answerQuestion(path, request, reply);
    return request.method === 'POST' ? submit(path.endpoint, request, reply) : send(reply, notAllowed);
  });

  async function submit(endpoint: string, request: FalRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (!Object.hasOwn(falEndpoints, endpoint))
      return send(reply, { status: 404, body: { detail: `Application '${endpoint}' not found` } });
    const { body } = request;
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      return send(reply, falModelError(422, [falProblem([], 'dict_type', 'Input should be a valid dictionary')]));
    }
    const input = body as Readonly<Record<string, unknown>>;
    const prompt = typeof input.prompt === 'string' ? input.prompt : '';
    const seed = typeof input.seed === 'number' ? input.seed : null;
    const { scenario, problems } = plant.desk.treat({ provider: 'fal', prompt, seed });
    if (problems.length > 0)
      return send(
        reply,
        falModelError(
          422,
          problems.map((problem) => falProblem(['prompt'], 'value_error', problem)),
        ),
      );
    if (scenario['reset-before']) return hangUp(reply);
    const refusal = refusalOf(scenario);
    if (refusal) return send(reply, falRefusal(refusal));
    const submission = await describeFalSubmission(plant, { endpoint, input, webhookUrl: request.query.fal_webhook, scenario });
    plant.runs.start(submission);
    if (scenario['status-500']) failuresLeft.set(submission.id, scenario['status-500']);
    if (scenario['webhook-early']) await settledAndAnnounced(plant, submission.id);
    return sendScripted(reply, falSubmitted(submission, plant.publicUrl()), scenario);
  }

  async function answerQuestion(path: FalPath & { kind: 'request' }, request: FalRequest, reply: FastifyReply): Promise<FastifyReply> {
    const submission = plant.ledger.find(path.requestId);
    if (submission?.provider !== 'fal' || applicationOf(submission.model) !== applicationOf(path.endpoint)) {
      const body = path.action === 'cancel' ? { status: 'NOT_FOUND' } : { detail: 'Request not found' };
      return send(reply, { status: 404, body });
    }
    if (request.method !== (path.action === 'cancel' ? 'PUT' : 'GET')) return send(reply, notAllowed);
    const withLogs = request.query.logs === '1' || request.query.logs === 'true';
    switch (path.action) {
      case 'status': {
        const left = failuresLeft.get(submission.id) ?? 0;
        if (left === 0) return send(reply, falStatus(submission, plant.publicUrl(), withLogs));
        failuresLeft.set(submission.id, left - 1);
        return send(reply, falPlatformError(500, 'internal_error', 'Internal server error'));
      }
      case 'stream':
        return streamFalStatus(reply, plant, { id: submission.id, withLogs });
      case 'cancel':
        if (submission.settlement) return send(reply, { status: 400, body: { status: 'ALREADY_COMPLETED' } });
        plant.runs.cancel(submission.id);
        return send(reply, { status: 202, body: { status: 'CANCELLATION_REQUESTED' } });
      case 'result': {
        const answer = await falResult(submission, plant);
        return send(
          reply,
          submission.scenario['corrupt-result'] && submission.settlement ? { ...answer, body: '{"images":[{"url":' } : answer,
        );
      }
    }
  }
}
