import type { GenerationSettings } from '@imagegen/core/generation/settings';
import { type PresetOutput, type PresetSettings, presetInputSchema, presetSettingsSchema } from '@imagegen/core/library/preset';
import { insertPreset } from '@imagegen/db/queries/presets';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import { readRow } from '../generations/get-generation.ts';
import type { Principal } from '../identity/principal.ts';
import { presentPreset, vaultThumbnail } from './present-preset.ts';

const { name, description, tags, is_public } = presetInputSchema.shape;
export const presetFromGenerationSchema = z.strictObject({
  generation_id: z.string().min(1).max(64).optional().meta({ description: 'Or request_id.' }),
  request_id: z.string().min(1).max(64).optional(),
  name,
  description,
  tags,
  is_public,
});
export type PresetFromGeneration = z.infer<typeof presetFromGenerationSchema>;

/** A preset that makes the same picture again: settings, seed, LoRAs and engine of one of the caller's generations. Throws NOT_FOUND. */
export async function createPresetFromGeneration(
  { db, links }: Pick<GatewayContext, 'db' | 'links'>,
  principal: Principal,
  input: PresetFromGeneration,
): Promise<PresetOutput> {
  const row = await readRow({ db }, principal, input.generation_id ?? input.request_id ?? '');
  const picture = row.settings.save_to_vault === false ? undefined : row.images[0];
  const preset = await insertPreset(db, principal.userId, {
    name: input.name,
    description: input.description ?? '',
    provider: row.engine,
    settings: settingsOf(row.settings),
    loras: row.settings.loras ?? [],
    tags: [...new Set(input.tags)],
    thumbnail_url: picture ? vaultThumbnail(picture.sha256) : null,
    is_public: input.is_public ?? false,
  });
  return presentPreset(preset, links);
}

/** The part of a generation's settings that a preset keeps. */
function settingsOf(settings: GenerationSettings): PresetSettings {
  const kept = Object.keys(presetSettingsSchema.shape);
  return Object.fromEntries(Object.entries(settings).filter(([field]) => kept.includes(field)));
}
