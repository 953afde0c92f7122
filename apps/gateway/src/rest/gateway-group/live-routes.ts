import { generationEventSchema } from '@imagegen/core/generation/event';
import { validate } from '@imagegen/core/validation/validate';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { GatewayContext } from '../../context.ts';
import { type ManyEvent, subscribeMany } from '../../generations/subscribe-many.ts';
import { goneSignal, type ServerSentEvent, sendEventStream } from '../../http/event-stream.ts';
import { type AskAgain, askAgain } from '../../http/request-principal.ts';
import { errors } from '../error-schemas.ts';
import { liveQuerySchema } from './live-input.ts';
import { serveSocket } from './socket.ts';

/** Live events at one address: server-sent events for a GET, a WebSocket for an upgrade. */
export function registerLive(app: FastifyInstance, context: GatewayContext, prefix: string): void {
  app.route({
    method: 'GET',
    url: `${prefix}/generations/subscribe`,
    schema: {
      tags: ['gateway'],
      security: [{ apiKey: [] }, { ticket: [] }],
      summary: 'Events of several generations, as server-sent events or over a WebSocket',
      description:
        'Replays the log from its first event, or after Last-Event-ID, and goes on live; ends after the last terminal event (204 when all was seen). Over a WebSocket send {"request_ids": [...], "last_event_id"?} first.',
      querystring: liveQuerySchema.partial(),
      response: { 200: { content: { 'text/event-stream': { schema: generationEventSchema } } }, 204: z.null(), ...errors(400, 404) },
    },
    handler: (request, reply) => streamEvents(context, request, reply),
    wsHandler: (socket, request) => serveSocket(context, askAgain(context.authenticator, request), socket),
  });
}

async function streamEvents(context: GatewayContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { request_ids: ids, last_event_id } = validate(liveQuerySchema, request.query);
  const header = request.headers['last-event-id'];
  const lastEventId = typeof header === 'string' ? header : last_event_id;
  const authenticate = askAgain(context.authenticator, request);
  const events = await subscribeMany(context, await authenticate(), { ids, lastEventId, signal: goneSignal(reply) });
  // An EventSource comes back after every end; 204 tells it not to (HTML standard, 9.2.3).
  if (!events) return reply.code(204).send();
  context.metrics.subscribers.inc();
  await sendEventStream(reply, toServerSent(events, authenticate)).finally(() => context.metrics.subscribers.dec());
}

/** Nothing more is told to a caller whose key was revoked or whose token ran out in between. */
async function* toServerSent(events: AsyncGenerator<ManyEvent, void>, authenticate: AskAgain): AsyncGenerator<ServerSentEvent, void> {
  for await (const { id, event } of events) {
    await authenticate();
    yield { id, data: event };
  }
}
