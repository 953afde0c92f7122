import { once } from 'node:events';
import { validate } from '@imagegen/core/validation/validate';
import type { WebSocket } from 'ws';
import * as z from 'zod';
import type { GatewayContext } from '../../context.ts';
import { type ManyEvent, subscribeMany } from '../../generations/subscribe-many.ts';
import { toAppError } from '../../http/error-reply.ts';
import { sendOverSocket } from '../../http/event-socket.ts';
import type { AskAgain } from '../../http/request-principal.ts';
import { maxSubscribed } from './live-input.ts';

const firstMessageMs = 30_000;

/** RFC 6455 §7.4.1. */
const closeCodes = { finished: 1000, refused: 1008, broken: 1011 } as const;

const subscriptionSchema = z.strictObject({
  request_ids: z.array(z.string().min(1).max(64)).min(1).max(maxSubscribed),
  last_event_id: z.string().nullish(),
});

/** Serves one subscription: the first message names it, events follow, and the last terminal one ends it. */
export async function serveSocket(
  context: Pick<GatewayContext, 'db' | 'events' | 'logs' | 'metrics'>,
  authenticate: AskAgain,
  socket: WebSocket,
): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  socket.on('error', () => gone.abort());
  context.metrics.subscribers.inc();
  try {
    const asked = validate(subscriptionSchema, readJson(await firstMessage(socket, gone.signal)));
    const subscription = { ids: asked.request_ids, lastEventId: asked.last_event_id ?? undefined, signal: gone.signal };
    const events = await subscribeMany(context, await authenticate(), subscription);
    if (events) await sendOverSocket(socket, toMessages(events, authenticate));
    socket.close(closeCodes.finished);
  } catch (error) {
    if (gone.signal.aborted) return;
    const refusal = toAppError(error);
    socket.send(JSON.stringify({ type: 'error', error: refusal.toBody(), message: refusal.message }));
    socket.close(refusal.code === 'INTERNAL' ? closeCodes.broken : closeCodes.refused);
  } finally {
    context.metrics.subscribers.dec();
  }
}

/** Rejects when none comes in time, or the caller has gone. */
async function firstMessage(socket: WebSocket, gone: AbortSignal): Promise<string> {
  const ended = new AbortController();
  const end = () => ended.abort();
  const timer = setTimeout(end, firstMessageMs);
  gone.addEventListener('abort', end, { once: true });
  try {
    const [message] = await once(socket, 'message', { signal: ended.signal });
    return String(message);
  } finally {
    clearTimeout(timer);
    gone.removeEventListener('abort', end);
  }
}

/** Nothing more is told to a caller whose key was revoked or whose token ran out in between. */
async function* toMessages(events: AsyncGenerator<ManyEvent, void>, authenticate: AskAgain): AsyncGenerator<object, void> {
  for await (const { id, event } of events) {
    await authenticate();
    yield { id, ...event };
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
