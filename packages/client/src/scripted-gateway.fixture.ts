import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { initTRPC, TRPCError, tracked } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import * as z from 'zod';

type Event = { seq: number; type: string; status: string; progress: number };
/** Answers in place of the procedure: a lost answer (the procedure runs, then the connection is cut), or a bare HTTP status. */
type Fault = 'lose-answer' | { status: number; headers?: Record<string, string> };
type Reply = { status?: number; body: unknown };

export type ScriptedGateway = AsyncDisposable & {
  url: string;
  /** By procedure, used up one a call. */
  faults: Record<string, Fault[]>;
  /** Of the REST doors, by method and path (`GET /api/loras`), used up one a call; others are not there. */
  replies: Record<string, Reply[]>;
  /** What the REST doors were sent. */
  posted: { idempotencyKey: unknown; body: unknown }[];
  /** The log of the one generation; the subscription ends after the last. */
  events: Event[];
  /** How many events each connection gets before it is cut; absent: all. */
  cutAfter: number[];
  /** What a call is refused with, in the gateway's words. */
  refusal: { code: string; message: string; details?: Record<string, unknown> } | undefined;
  seen: { path: string; url: string; authorization: string | undefined }[];
  idempotencyKeys: unknown[];
  resumedFrom: (string | null | undefined)[];
};

export const happyEvents: Event[] = [
  { seq: 1, type: 'accepted', status: 'pending', progress: 0 },
  { seq: 2, type: 'submitted', status: 'processing', progress: 0 },
  { seq: 3, type: 'progressed', status: 'processing', progress: 50 },
  { seq: 4, type: 'completed', status: 'completed', progress: 100 },
];

class Refusal extends Error {}

/** Speaks the gateway's procedures by a script, with the faults a network has. Knows one generation, `gen_1`. */
export async function startScriptedGateway(): Promise<ScriptedGateway> {
  const script: Omit<ScriptedGateway, 'url' | typeof Symbol.asyncDispose> = {
    faults: {},
    replies: {},
    posted: [],
    events: [...happyEvents],
    cutAfter: [],
    refusal: undefined,
    seen: [],
    idempotencyKeys: [],
    resumedFrom: [],
  };
  const handle = createHTTPHandler({ router: scriptedRouter(script), basePath: '/trpc/', allowMethodOverride: true });
  const server = createServer((request, response) => serve(script, request, response, handle));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(script, {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

function serve(
  script: Pick<ScriptedGateway, 'faults' | 'replies' | 'posted' | 'seen'>,
  request: IncomingMessage,
  response: ServerResponse,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  const url = request.url ?? '';
  const path = url.replace(/^\/trpc\//, '').split('?')[0] ?? '';
  script.seen.push({ path, url, authorization: request.headers.authorization });
  const fault = script.faults[path]?.shift();
  response.setHeader('x-request-id', 'http_1');
  if (fault === 'lose-answer') {
    response.write = () => true;
    response.end = () => response.destroy();
  } else if (fault) {
    response.writeHead(fault.status, fault.headers).end('no answer of ours');
    return;
  }
  if (url.startsWith('/trpc/')) handle(request, response);
  else void reply(script, request, response);
}

async function reply(
  { replies, posted }: Pick<ScriptedGateway, 'replies' | 'posted'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const next = replies[`${request.method} ${request.url?.split('?')[0]}`]?.shift();
  if (request.method === 'POST') posted.push({ idempotencyKey: request.headers['idempotency-key'], body: await json(request) });
  const { status = 200, body } = next ?? { status: 404, body: { message: 'Route not found' } };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function scriptedRouter(script: Pick<ScriptedGateway, 'events' | 'cutAfter' | 'refusal' | 'idempotencyKeys' | 'resumedFrom'>) {
  const t = initTRPC.create({
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      data: { ...shape.data, ...(error.cause instanceof Refusal && { error: script.refusal }) },
    }),
  });
  const ids = { generation_id: 'gen_1', request_id: 'req_1' };
  const anything = (input: unknown) => input as { idempotency_key?: string };
  return t.router({
    smart: t.router({
      generate: t.procedure.input(anything).mutation(({ input }) => {
        script.idempotencyKeys.push(input.idempotency_key);
        if (script.refusal) throw new TRPCError({ code: 'BAD_REQUEST', cause: new Refusal() });
        return { ...ids, replayed: script.idempotencyKeys.length > 1 };
      }),
    }),
    status: t.router({
      check: t.procedure.input(anything).query(() => {
        const last = script.events.at(-1);
        const error = last?.status === 'failed' && { error: { code: 'CONTENT_REJECTED', message: 'Refused.' } };
        return { ...ids, status: last?.status, progress: last?.progress, images: [], ...error };
      }),
    }),
    generations: t.router({
      subscribe: t.procedure.input(z.object({ id: z.string(), lastEventId: z.string().nullish() })).subscription(async function* ({
        input,
        signal,
      }) {
        script.resumedFrom.push(input.lastEventId);
        const rest = script.events.filter(({ seq }) => seq > Number(input.lastEventId ?? 0));
        const limit = script.cutAfter.shift() ?? rest.length;
        for (const event of rest.slice(0, limit)) yield tracked(String(event.seq), { ...ids, ...event });
        const ended = rest.slice(0, limit).some(({ type }) => type === 'completed' || type === 'failed');
        if (!ended && limit === rest.length && signal) await once(signal, 'abort');
      }),
    }),
  });
}
