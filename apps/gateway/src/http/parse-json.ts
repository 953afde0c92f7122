import { validationError } from '@imagegen/core/validation/validate';
import type { FastifyRequest } from 'fastify';

/** Any JSON; what its names and values may be is for `validate` to say, `__proto__` included. */
export async function parseJson(_: FastifyRequest, text: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    throw validationError([{ path: '', message: 'is not valid JSON' }]);
  }
}
