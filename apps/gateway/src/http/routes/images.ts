import { AppError } from '@imagegen/core/errors/app-error';
import { ownsImage } from '@imagegen/db/queries/generations';
import { type ByteRange, UnsatisfiableRangeError, vaultKey } from '@imagegen/vault/vault';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { GatewayContext } from '../../context.ts';
import { openErrors } from '../../rest/error-schemas.ts';
import { authenticateRequest } from '../request-principal.ts';

type ImageRequest = FastifyRequest<{ Params: { name: string }; Querystring: { expires?: string; signature?: string } }>;

const picture = z.string().meta({ format: 'binary' });
const nothing = z.null();
const security: Record<string, string[]>[] = [{ signature: [] }, { apiKey: [] }, { ticket: [] }];

const schema = {
  tags: ['images'],
  security,
  params: z.object({ name: z.string().meta({ description: 'SHA-256 of the picture, with or without an extension' }) }),
  querystring: z.object({ expires: z.string().optional(), signature: z.string().optional(), ticket: z.string().optional() }),
  response: {
    200: { content: { 'image/*': { schema: picture } } },
    206: { content: { 'image/*': { schema: picture } } },
    304: nothing,
    416: nothing,
    ...openErrors(401, 404, 429, 500, 503),
  },
};

/** Pictures from the vault, by signed link or to their owner. Content-addressed, hence immutable. */
export function registerImages(app: FastifyInstance, context: GatewayContext): void {
  app.get('/images/:name', { schema: { ...schema, summary: 'A picture' } }, (request: ImageRequest, reply) =>
    serve(context, request, reply, ''),
  );
  app.get('/images/:name/thumb', { schema: { ...schema, summary: 'Its thumbnail, WebP' } }, (request: ImageRequest, reply) =>
    serve(context, request, reply, '.thumb'),
  );
}

async function serve(context: GatewayContext, request: ImageRequest, reply: FastifyReply, variant: '' | '.thumb'): Promise<FastifyReply> {
  const sha256 = /^([0-9a-f]{64})(\.[a-z]{3,4})?$/.exec(request.params.name)?.[1];
  if (!sha256) throw notFound();
  const object = `${sha256}${variant}`;
  if (!context.links.verify(object, request.query)) await requireOwner(context, request, sha256);

  const etag = `"${object}"`;
  reply.header('cache-control', 'private, max-age=31536000, immutable').header('etag', etag).header('accept-ranges', 'bytes');
  reply.header('content-security-policy', "default-src 'none'; sandbox");
  if (request.headers['if-none-match']?.split(/,\s*/).includes(etag)) return reply.code(304).send();
  const range = readRange(request.headers.range, request.headers['if-range'], etag);
  try {
    const found = await context.vault.open(vaultKey(object), range);
    if (!found) throw notFound();
    const { start, end } = found.range;
    reply.type(found.contentType).header('content-length', end - start + 1);
    if (range) reply.code(206).header('content-range', `bytes ${start}-${end}/${found.sizeBytes}`);
    return reply.send(found.stream);
  } catch (error) {
    if (!(error instanceof UnsatisfiableRangeError)) throw error;
    return reply.code(416).header('content-range', `bytes */${error.sizeBytes}`).send();
  }
}

async function requireOwner({ authenticator, db }: GatewayContext, request: ImageRequest, sha256: string): Promise<void> {
  const { userId } = await authenticateRequest(authenticator, request, { ticket: true });
  if (!(await ownsImage(db, userId, sha256))) throw notFound();
}

/** One range from a first byte on (RFC 9110 §14); whatever else is asked gets the whole picture. */
function readRange(header: string | undefined, ifRange: string | string[] | undefined, etag: string): ByteRange | undefined {
  const [, start, end] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (start === undefined || (ifRange !== undefined && ifRange !== etag)) return undefined;
  if (end && Number(end) < Number(start)) return undefined;
  return { start: Number(start), ...(end && { end: Number(end) }) };
}

function notFound(): AppError {
  return new AppError('NOT_FOUND', 'Image not found');
}
