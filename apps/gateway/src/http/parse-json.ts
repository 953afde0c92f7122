import { AppError } from '@imagegen/core/errors/app-error';
import type { FastifyRequest } from 'fastify';

/** A key as it stands in JSON text; inside a string its quotes would be escaped. */
const forbiddenKey = /"(__proto__|constructor|prototype)"\s*:/;

/** JSON bodies, without the keys that could reach an object's prototype when somebody merges them carelessly. */
export async function parseJson(_: FastifyRequest, text: string): Promise<unknown> {
  const forbidden = forbiddenKey.exec(text)?.[1];
  if (forbidden) throw refuse(forbidden, 'is not a known field');
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('', 'The body is not valid JSON.');
  }
}

function refuse(path: string, message: string): AppError {
  return new AppError('VALIDATION_ERROR', path ? `${path}: ${message}` : message, { details: { fields: [{ path, message }] } });
}
