import { errorCodes } from '@imagegen/core/errors/error-codes';
import * as z from 'zod';

const code = z.enum(Object.keys(errorCodes));
const details = z.record(z.string(), z.unknown()).optional();

const errorSchema = z.object({ error: z.object({ code, message: z.string(), details }), message: z.string() }).meta({
  id: 'Error',
  examples: [{ error: { code: 'NOT_FOUND', message: 'Generation not found' }, message: 'Generation not found' }],
});

const legacyErrorSchema = z.object({ success: z.literal(false), error: z.string(), code, message: z.string(), details }).meta({
  id: 'LegacyError',
  examples: [{ success: false, error: 'Generation not found', code: 'NOT_FOUND', message: 'Generation not found' }],
});

/** What any door with a principal can answer. */
const everywhere = [401, 403, 429, 500, 503];

/** These HTTP statuses, and those that any route with a principal can have, as one shape of error: for the OpenAPI document. */
export const answersOf =
  (schema: z.ZodType) =>
  (...statuses: number[]) =>
    Object.fromEntries([...everywhere, ...statuses].map((status) => [status, schema]));

export const errors = answersOf(errorSchema);
export const legacyErrors = answersOf(legacyErrorSchema);

/** The same for doors without a principal: only what is named. */
export const openErrors = (...statuses: number[]) => Object.fromEntries(statuses.map((status) => [status, errorSchema]));
