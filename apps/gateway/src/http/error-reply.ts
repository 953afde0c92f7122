import { AppError } from '@imagegen/core/errors/app-error';
import { errorCodes } from '@imagegen/core/errors/error-codes';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** How a REST door spells an error; the legacy doors have their own. */
export type ErrorFormatter = (error: AppError) => object;

export const formatError: ErrorFormatter = (error) => ({ error: error.toBody(), message: error.message });

/** Everything thrown behind a REST route ends here: known errors as they are, Fastify's own translated, the rest as INTERNAL without a word of why. */
export function replyWithError(format: ErrorFormatter, statusOf: (error: AppError) => number = ({ code }) => errorCodes[code].http) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const error = toAppError(thrown);
    const http = statusOf(error);
    if (http >= 500) request.log.error({ err: thrown, code: error.code }, 'request failed');
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds);
    // Closing would reset a sender in the middle of its body before it reads the answer; Node drops the rest within the request's time.
    if (http === 413) reply.removeHeader('connection');
    return reply.code(http).send(format(error));
  };
}

export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (isFastifyError(thrown)) return fromFastify(thrown);
  if (isUnavailable(thrown)) {
    return new AppError('SERVICE_UNAVAILABLE', 'Something this needs is down; nothing was changed.', {
      retryAfterSeconds: 2,
      cause: thrown,
    });
  }
  return new AppError('INTERNAL', 'Something went wrong on our side.', { cause: thrown });
}

function isFastifyError(thrown: unknown): thrown is FastifyError {
  return thrown instanceof Error && 'statusCode' in thrown && typeof thrown.statusCode === 'number' && thrown.statusCode < 500;
}

function fromFastify(thrown: FastifyError): AppError {
  if (thrown.statusCode === 413) return new AppError('PAYLOAD_TOO_LARGE', 'The request body is too large.');
  if (thrown.statusCode === 415) return new AppError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.');
  const message = 'The body is not valid JSON.';
  return new AppError('VALIDATION_ERROR', message, { details: { fields: [{ path: '', message }] } });
}

/** Postgres is away (SQLSTATE classes 08, 53, 57, or no connection at all): the caller may come back. */
function isUnavailable(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  return (
    /^(08|53|57)/.test(code) ||
    /^(ECONN|EPIPE|ETIMEDOUT)/.test(code) ||
    /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/.test(thrown.message)
  );
}
