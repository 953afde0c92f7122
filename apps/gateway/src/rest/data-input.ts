import { validate } from '@imagegen/core/validation/validate';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { presetIdSchema } from '../library/manage-presets.ts';
import { type QueryShape, readQuery } from './read-query.ts';

/** How the query strings of the data routes are read, whichever group they belong to. */
export const historyShape: QueryShape = {
  numbers: ['page', 'per_page', 'limit'],
  flags: ['has_seed', 'favorite'],
  numberLists: ['lora_ids'],
};
export const presetShape: QueryShape = { numbers: ['page', 'per_page', 'limit'], flags: ['mine', 'public'], lists: ['tags'] };
export const loraAnalyticsShape: QueryShape = { numbers: ['lora_id'] };
export const availableLorasShape: QueryShape = { flags: ['include_stats'] };

/** Query strings as their schema's values; throws VALIDATION_ERROR. */
export function validateQuery<Schema extends z.ZodType>(request: FastifyRequest, schema: Schema, shape: QueryShape): z.output<Schema> {
  return validate(schema, readQuery(request.query, shape));
}

const generationId = z.string().min(1).max(64).meta({ description: 'Generation id or request id' });
export const generationParamsSchema = z.object({ id: generationId });
export const presetParamsSchema = z.object({ id: presetIdSchema });

export function generationIdOf(request: FastifyRequest): string {
  return validate(generationParamsSchema, request.params).id;
}

export function presetIdOf(request: FastifyRequest): number {
  return validate(presetParamsSchema, readQuery(request.params, { numbers: ['id'] })).id;
}

/** A body that may be left out. */
export function bodyOf(request: FastifyRequest): unknown {
  return request.body ?? {};
}
