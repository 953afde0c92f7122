import { once } from 'node:events';
import { validate } from '@imagegen/core/validation/validate';
import type { WebSocket } from 'ws';
import * as z from 'zod';
import type { GatewayContext } from '../../context.ts';
import { subscribeMany } from '../../generations/subscribe-many.ts';
import { toAppError } from '../../http/error-reply.ts';
import type { Principal } from '../../identity/principal.ts';
import { maxSubscribed } from './live-input.ts';

const firstMessageMs = 30_000;
const heartbeatMs = 15_000;
/** A reader that takes nothing for this long is dropped; it comes back with `last_event_id`. */
const stalledMs = 30_000;

/** RFC 6455 §7.4.1. */
const closeCodes = { finished: 1000, refused: 1008, broken: 1011 } as const;

const subscriptionSchema = z.strictObject({
  request_ids: z.array(z.string().min(1).max(64)).min(1).max(maxSubscribed),
  last_event_id: z.string().nullish(),
});

/** Serves one subscription: the first message names it, events follow, and the last terminal one ends it. */
export async function serveSocket(
  context: Pick<GatewayContext, 'db' | 'events' | 'logs' | 'metrics'>,
  principal: Principal,
  socket: WebSocket,
): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  socket.on('error', () => gone.abort());
  const heartbeat = startHeartbeat(socket);
  context.metrics.subscribers.inc();
  try {
    const [message] = await once(socket, 'message', { signal: AbortSignal.any([gone.signal, AbortSignal.timeout(firstMessageMs)]) });
    const { request_ids: ids, last_event_id: lastEventId } = validate(subscriptionSchema, readJson(String(message)));
    const events = await subscribeMany(context, principal, { ids, lastEventId: lastEventId ?? undefined, signal: gone.signal });
    if (events) for await (const { id, event } of events) await send(socket, { id, ...event });
    socket.close(closeCodes.finished);
  } catch (error) {
    if (gone.signal.aborted) return;
    const refusal = toAppError(error);
    socket.send(JSON.stringify({ type: 'error', error: refusal.toBody(), message: refusal.message }));
    socket.close(refusal.code === 'INTERNAL' ? closeCodes.broken : closeCodes.refused);
  } finally {
    context.metrics.subscribers.dec();
    clearInterval(heartbeat);
  }
}

/** Resolves when the message has left for the network; nothing is read from the log before that. */
function send(socket: WebSocket, message: object): Promise<void> {
  return new Promise((resolve) => {
    const stalled = setTimeout(() => socket.terminate(), stalledMs);
    socket.send(JSON.stringify(message), () => {
      clearTimeout(stalled);
      resolve();
    });
  });
}

/** A connection whose other end does not answer a ping until the next one is dead. */
function startHeartbeat(socket: WebSocket): NodeJS.Timeout {
  let alive = true;
  socket.on('pong', () => {
    alive = true;
  });
  return setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, heartbeatMs);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
