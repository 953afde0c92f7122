import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { connectionHeartbeat, stalledMs as defaultStalledMs } from './heartbeat.ts';

const reconnectMs = 1_000;

/** `id` is what a reader comes back with; without one it cannot. `event` names a kind that readers subscribe to. */
export type ServerSentEvent = { id?: string; event?: string; data: object };

/**
 * Answers with server-sent events (HTML standard, 9.2). Nothing is read ahead of what the connection takes, so a slow reader costs one
 * event of memory and, after half a minute, its connection.
 */
export async function sendEventStream(
  reply: FastifyReply,
  events: AsyncIterable<ServerSentEvent>,
  { stalledMs = defaultStalledMs, heartbeat = connectionHeartbeat } = {},
): Promise<void> {
  reply.hijack();
  const out = reply.raw;
  const headers = Object.fromEntries(Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined));
  // All at once, and forgotten: set one by one they would be kept three times for as long as the stream lasts.
  for (const name of Object.keys(headers)) reply.removeHeader(name);
  out.writeHead(200, {
    ...headers,
    'x-request-id': reply.request.id,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  let blockedAt: number | null = null;
  const write = async (text: string) => {
    if (out.write(text)) return;
    blockedAt = performance.now();
    await untilTaken(out);
    blockedAt = null;
  };
  using _ = heartbeat.add(() => {
    if (blockedAt === null) out.write(': still here\n\n');
    else if (performance.now() - blockedAt > stalledMs) out.destroy();
  });
  try {
    await write(`retry: ${reconnectMs}\n\n`);
    for await (const event of events) {
      if (out.destroyed) break;
      await write(textOf(event));
    }
    out.end();
  } catch (error) {
    // The status line is gone: breaking off is the only way left to say that this is not the end.
    out.destroy();
    reply.request.log.warn({ err: error }, 'event stream broke off');
  }
}

/** Resolves when the connection takes more, or never will. */
function untilTaken(out: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      out.off('drain', done).off('close', done);
      resolve();
    };
    out.on('drain', done).on('close', done);
    if (out.destroyed) done();
  });
}

function textOf({ id, event, data }: ServerSentEvent): string {
  const head = `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}`;
  return `${head}data: ${JSON.stringify(data)}\n\n`;
}

/** Aborts when the caller has gone. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
