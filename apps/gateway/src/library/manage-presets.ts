import { AppError } from '@imagegen/core/errors/app-error';
import { generationInputSchema } from '@imagegen/core/generation/input';
import { type PresetChanges, type PresetInput, type PresetOutput, presetLimits, presetOutputSchema } from '@imagegen/core/library/preset';
import { validationError } from '@imagegen/core/validation/validate';
import * as queries from '@imagegen/db/queries/presets';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { presentPreset } from './present-preset.ts';

type Managing = Pick<GatewayContext, 'db' | 'links' | 'loras'>;

const deepestRow = 10_000;
const perPage = z.int().min(1).max(100);

export const presetIdSchema = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
export const presetQuerySchema = z.strictObject({
  mine: z.boolean().optional().meta({ description: 'true: your own. false: those of others.' }),
  public: z.boolean().optional().meta({ description: 'true: public ones. false: private ones, which are your own.' }),
  tags: z.array(z.string().min(1).max(presetLimits.tagChars)).max(presetLimits.tags).optional().meta({ description: 'All of them.' }),
  search: z.string().max(500).optional().meta({ description: 'Words of name and description.' }),
  sort: z.enum(['popular', 'recent', 'name']).optional().meta({ description: 'Default: recent.' }),
  page: z.int().min(1).optional(),
  per_page: perPage.optional(),
  limit: perPage.optional().meta({ description: 'Another name of per_page.' }),
});
export type PresetQuery = z.infer<typeof presetQuerySchema>;

export const presetListSchema = z.object({
  items: z.array(presetOutputSchema),
  page: z.number(),
  per_page: z.number(),
  total: z.number(),
});
export type PresetList = z.infer<typeof presetListSchema>;

export const deletedPresetSchema = z.object({ id: z.number(), deleted: z.literal(true) });
export const appliedPresetSchema = z.object({ input: generationInputSchema.partial() });

/** Throws INVALID_LORA. */
export async function createPreset(context: Managing, { userId }: Principal, input: PresetInput): Promise<PresetOutput> {
  const { name, description = '', provider = null, settings = {}, loras = [], tags = [], thumbnail_url = null, is_public = false } = input;
  await context.loras.resolve(loras);
  const preset = { name, description, provider, settings, loras, tags: unique(tags), thumbnail_url, is_public };
  return presentPreset(await queries.insertPreset(context.db, userId, preset), context.links);
}

/** Throws NOT_FOUND, also for somebody else's private one. */
export async function getPreset({ db, links }: Managing, { userId }: Principal, id: number): Promise<PresetOutput> {
  return presentPreset(found(await queries.findPreset(db, userId, id)), links);
}

/** What the caller may read: their own and public ones. */
export async function listPresets({ db, links }: Managing, { userId }: Principal, query: PresetQuery): Promise<PresetList> {
  const { mine, public: isPublic, tags, search, sort = 'recent', page = 1, per_page: limit = query.limit ?? 20 } = query;
  const offset = (page - 1) * limit;
  if (offset > deepestRow) throw validationError([{ path: 'page', message: `must lie within the first ${deepestRow} presets` }]);
  const filter = { userId, mine, public: isPublic, tags, search: search?.trim() || undefined };
  const { rows, total } = await queries.listPresets(db, filter, { sort, offset, limit });
  return { items: rows.map((row) => presentPreset(row, links)), page, per_page: limit, total };
}

/** Owner only; NOT_FOUND for everybody else. */
export async function updatePreset(
  context: Managing,
  { userId }: Principal,
  { id, ...changes }: PresetChanges & { id: number },
): Promise<PresetOutput> {
  if (changes.loras) await context.loras.resolve(changes.loras);
  const row = await queries.updatePreset(context.db, userId, id, { ...changes, ...(changes.tags && { tags: unique(changes.tags) }) });
  return presentPreset(found(row), context.links);
}

/** Owner only; NOT_FOUND for everybody else. */
export async function deletePreset({ db }: Managing, { userId }: Principal, id: number): Promise<z.infer<typeof deletedPresetSchema>> {
  if (!(await queries.deletePreset(db, userId, id))) throw notFound();
  return { id, deleted: true };
}

/** Counts the use; the input lacks a prompt when the preset has none. */
export async function applyPreset({ db }: Managing, { userId }: Principal, id: number): Promise<z.infer<typeof appliedPresetSchema>> {
  const { settings, loras, provider } = found(await queries.countPresetUse(db, userId, id));
  const engine = provider === 'fal' ? { provider_preference: 'fal' as const } : provider ? { engine: provider } : {};
  return { input: { ...settings, ...(loras.length > 0 && { loras }), ...engine } };
}

function found(row: queries.PresetRow | undefined): queries.PresetRow {
  if (!row) throw notFound();
  return row;
}

function notFound(): AppError {
  return new AppError('NOT_FOUND', 'Preset not found');
}

function unique(tags: string[]): string[] {
  return [...new Set(tags)];
}
