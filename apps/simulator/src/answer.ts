import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { Scenario } from './scenario.ts';

/** What a provider says to one request. A body that is neither text nor bytes is sent as JSON. */
export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
};

const dripPieces = 8;

export function send(reply: FastifyReply, { status, headers = {}, body }: Answer): FastifyReply {
  return reply
    .code(status)
    .headers({ 'content-type': 'application/json', ...headers })
    .send(toPayload(body));
}

/** Sends the answer to an accepted submission the way its scenario has it: lost on the way, cut in the middle, or slowly. */
export async function sendScripted(reply: FastifyReply, answer: Answer, scenario: Scenario): Promise<FastifyReply> {
  if (scenario.reset && scenario.slow === undefined) return hangUp(reply);
  const payload = toPayload(answer.body);
  if (scenario['corrupt-json']) return send(reply, { ...answer, body: payload.subarray(0, Math.ceil(payload.length / 2)) });
  if (scenario.slow !== undefined) return drip(reply, { ...answer, body: payload }, { totalMs: scenario.slow, isCut: scenario.reset });
  return send(reply, answer);
}

/** Destroys the connection without a word. */
export function hangUp(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.destroy();
  return reply;
}

/** Holds the headers back for half of `totalMs` and spreads the body over the other half; `isCut`: the connection ends in its middle. */
export async function drip(
  reply: FastifyReply,
  { status, headers, body }: Answer,
  { totalMs, isCut = false }: { totalMs: number; isCut?: boolean | undefined },
): Promise<FastifyReply> {
  const payload = toPayload(body);
  await sleep(totalMs / 2);
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(status, { 'content-type': 'application/json', ...headers, 'content-length': payload.length });
  const pieceBytes = Math.max(1, Math.ceil(payload.length / dripPieces));
  for (let at = 0; at < payload.length && !raw.destroyed; at += pieceBytes) {
    if (isCut && at >= payload.length / 2) return hangUp(reply);
    raw.write(payload.subarray(at, at + pieceBytes));
    await sleep(totalMs / 2 / dripPieces);
  }
  raw.end();
  return reply;
}

function toPayload(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
