import { engines } from '@imagegen/core/engines/catalogue';
import { type Engine, type EngineId, engineIds, providers } from '@imagegen/core/engines/engine';
import { limits } from '@imagegen/core/generation/input';
import { generationOutputSchema } from '@imagegen/core/generation/output';
import { generationStatuses } from '@imagegen/core/generation/status';
import { validationError } from '@imagegen/core/validation/validate';
import { exactlyCounted, exactlyCountedTerms, type HistoryFilter, listHistory, totalHistory } from '@imagegen/db/queries/history';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { dateSchema, toInstants } from '../insight/date-range.ts';
import { decodeCursor, encodeCursor } from './history-cursor.ts';
import { presentGeneration } from './present-generation.ts';

/** Beyond this many, pages are reached by cursor only. */
const pagedByNumber = 10_000;
const defaultPerPage = 20;

/** What a provider can be called: the label that answers carry, or the company. */
export const providerNames = [...new Set<string>([...providers, ...engineIds.map((id) => engines[id].label)])];

const perPage = z.int().min(1).max(100);
export const historyQuerySchema = z.strictObject({
  page: z.int().min(1).optional(),
  per_page: perPage.optional(),
  limit: perPage.optional().meta({ description: 'Another name of per_page.' }),
  cursor: z.string().min(1).max(64).optional().meta({ description: 'The next_cursor of the page before; wins over page.' }),
  date_from: dateSchema.optional(),
  date_to: dateSchema.optional(),
  status: z.enum(generationStatuses).optional(),
  provider: z.enum(providerNames).optional().meta({ description: 'A label ("fal-standard") or a company ("fal").' }),
  engine: z.enum(engineIds).optional(),
  lora_ids: z.array(z.int().min(1).max(limits.seedMax)).max(limits.loras).optional().meta({ description: 'All of them were used.' }),
  has_seed: z.boolean().optional().meta({ description: 'Whether the seed makes the same picture again.' }),
  favorite: z.boolean().optional(),
  search: z.string().max(500).optional().meta({ description: 'Words of the prompt; "phrases", or, -without.' }),
});
export type HistoryQuery = z.infer<typeof historyQuerySchema>;

export const historyOutputSchema = z.object({
  items: z.array(generationOutputSchema),
  page: z.number(),
  per_page: z.number(),
  total: z.number().meta({
    description: `Exact up to ${exactlyCounted}, and with search or lora_ids up to ${exactlyCountedTerms}; an estimate beyond.`,
  }),
  next_cursor: z.string().nullable(),
});
export type HistoryOutput = z.infer<typeof historyOutputSchema>;

/** The caller's own generations, newest first. */
export async function getHistory(
  { db, links }: Pick<GatewayContext, 'db' | 'links'>,
  { userId }: Principal,
  query: HistoryQuery,
): Promise<HistoryOutput> {
  const { page = 1, per_page: limit = query.limit ?? defaultPerPage, cursor } = query;
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const offset = after ? 0 : (page - 1) * limit;
  if (offset + limit > pagedByNumber) {
    throw validationError([{ path: 'page', message: `must lie within the first ${pagedByNumber} generations; go on with next_cursor` }]);
  }
  const filter = toFilter(userId, query);
  const [rows, total] = await Promise.all([listHistory(db, filter, { after, offset, limit: limit + 1 }), totalHistory(db, filter)]);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map((row) => presentGeneration(row, links)),
    page,
    per_page: limit,
    total,
    next_cursor: last ? encodeCursor({ createdMicros: last.created_micros, id: last.id }) : null,
  };
}

function toFilter(userId: number, query: HistoryQuery): HistoryFilter {
  const { status, lora_ids: loraIds, favorite, search } = query;
  return { userId, ...toInstants(query), status, loraIds, favorite, search: search?.trim() || undefined, engines: toEngines(query) };
}

/** The engines that provider, engine and has_seed leave; undefined when none of them is asked. Whether a seed counts is the engine's affair. */
export function toEngines({ provider, engine, has_seed }: Pick<HistoryQuery, 'provider' | 'engine' | 'has_seed'>): EngineId[] | undefined {
  if (provider === undefined && engine === undefined && has_seed === undefined) return undefined;
  const fits = ({ id, label, provider: company, capabilities }: Engine) =>
    (provider === undefined || provider === label || provider === company) &&
    (engine === undefined || engine === id) &&
    (has_seed === undefined || has_seed === (capabilities.seed !== 'none'));
  return engineIds.filter((id) => fits(engines[id]));
}
