import { AppError } from '@imagegen/core/errors/app-error';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { formatError, replyWithError } from '../../http/error-reply.ts';
import { formatLegacyError } from './legacy-error.ts';

const legacyGroups = /^\/api:(_WUcacrv|f0PVlTz_)\//;

/** For paths that no route has. Front ends of the legacy groups show `error` as it is, so theirs is text here as well. */
export function refuseUnknownRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [path = ''] = request.url.split('?');
  const format = legacyGroups.test(path) ? formatLegacyError : formatError;
  return replyWithError(format)(new AppError('NOT_FOUND', `There is no ${request.method} ${path}.`), request, reply);
}
