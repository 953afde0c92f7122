import * as z from 'zod';

const id = z.string().min(1).max(64);
const ids = { request_id: id.optional(), generation_id: id.optional() };

export const statusQuerySchema = z.object({ ...ids, wait: z.coerce.number().int().min(0).max(30).optional() });
export const statusBodySchema = z.object({ ...ids, wait: z.int().min(0).max(30).optional() });
export const statusParamsSchema = z.object({ id: id.meta({ description: 'Generation id or request id' }) });
