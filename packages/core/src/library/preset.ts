import * as z from 'zod';
import { engineIds } from '../engines/engine.ts';
import { generationInputSchema, limits as inputLimits, loraSelectionSchema } from '../generation/input.ts';
import { promptText } from '../prompt/prompt-text.ts';

export const presetLimits = { tags: 20, tagChars: 50, nameChars: 255, descriptionChars: 2_000, urlChars: 500 } as const;

/** What a preset remembers of the canonical input: everything that makes the picture, nothing that belongs to a single request. */
export const presetSettingsSchema = generationInputSchema
  .omit({
    loras: true,
    engine: true,
    reference_image: true,
    allow_adjustments: true,
    idempotency_key: true,
    deadline_seconds: true,
    webhook_url: true,
    metadata: true,
  })
  .partial();
export type PresetSettings = z.infer<typeof presetSettingsSchema>;

/** An engine to pin, or a company to prefer. */
const presetProviders = [...engineIds, 'fal'] as const;
export type PresetProvider = (typeof presetProviders)[number];

const name = promptText({ maxCodePoints: presetLimits.nameChars, required: true });
const fields = {
  name,
  description: promptText({ maxCodePoints: presetLimits.descriptionChars, required: false }),
  provider: z.enum(presetProviders).nullable().meta({ description: 'An engine to pin, "fal" to prefer fal; null lets routing decide.' }),
  settings: presetSettingsSchema,
  loras: z.array(loraSelectionSchema).max(inputLimits.loras),
  tags: z.array(promptText({ maxCodePoints: presetLimits.tagChars, required: true })).max(presetLimits.tags),
  thumbnail_url: z
    .url({ protocol: /^https$/, error: 'must be an https URL' })
    .max(presetLimits.urlChars)
    .nullable(),
  is_public: z.boolean().meta({ description: 'Everybody may read and apply it; only its owner may change it.' }),
};
const { name: _, ...optional } = fields;
const optionalShape = z.object(optional).partial().shape;

export const presetInputSchema = z.strictObject({ name, ...optionalShape });
export type PresetInput = z.infer<typeof presetInputSchema>;

/** What is given changes, the rest stays. */
export const presetChangesSchema = z.strictObject({ name: name.optional(), ...optionalShape });
export type PresetChanges = z.infer<typeof presetChangesSchema>;

export const presetOutputSchema = z.object({
  id: z.number(),
  name: z.string(),
  description: z.string(),
  provider: z.string().nullable(),
  settings: z.record(z.string(), z.unknown()),
  loras: z.array(z.object({ id: z.number(), weight: z.number() })),
  tags: z.array(z.string()),
  thumbnail_url: z.string().nullable(),
  is_public: z.boolean(),
  usage_count: z.number(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type PresetOutput = z.infer<typeof presetOutputSchema>;
