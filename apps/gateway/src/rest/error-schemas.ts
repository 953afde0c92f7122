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

/** What a route answers with these HTTP statuses, for the OpenAPI document. */
export const errors = (...statuses: number[]) => Object.fromEntries(statuses.map((status) => [status, errorSchema]));
export const legacyErrors = (...statuses: number[]) => Object.fromEntries(statuses.map((status) => [status, legacyErrorSchema]));
