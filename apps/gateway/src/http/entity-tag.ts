import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * `onSend` of a GET that is asked again and again: tags its 200 answers and leaves the body away while it is what the caller has already
 * (RFC 9110 §13.1.2). Weak, because a proxy may compress.
 */
export async function answerIfChanged(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (reply.statusCode !== 200 || typeof payload !== 'string') return payload;
  const digest = createHash('sha256').update(payload).digest('base64url').slice(0, 22);
  reply.header('etag', `W/"${digest}"`).header('cache-control', 'private, no-cache');
  const seen = request.headers['if-none-match']?.split(/,\s*/).map((tag) => tag.replace(/^W\//, ''));
  if (!seen?.includes(`"${digest}"`)) return payload;
  reply.code(304).removeHeader('content-type');
  return null;
}
