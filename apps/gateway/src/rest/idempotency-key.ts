import { validate } from '@imagegen/core/validation/validate';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';

/** The header by which a repeated request is known (every door that buys pictures). */
export const idempotencyKeySchema = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x20-\x7e]+$/, 'must be printable ASCII')
    .optional(),
});

/** Throws VALIDATION_ERROR for a key that cannot be one. */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const { 'idempotency-key': key } = request.headers;
  return key === undefined ? undefined : validate(idempotencyKeySchema, { 'idempotency-key': key })['idempotency-key'];
}
