import { validationError } from '@imagegen/core/validation/validate';
import type { FastifyRequest } from 'fastify';

/**
 * Any JSON; what its names and values may be is for `validate` to say, `__proto__` included. An empty text is no body: callers name the type
 * on every POST, with something to send or without.
 */
export async function parseJson(_: FastifyRequest, text: string): Promise<unknown> {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw validationError([{ path: '', message: 'is not valid JSON' }]);
  }
}
