import { adjustmentSchema } from '@imagegen/core/generation/adjustment';
import { generationEventSchema } from '@imagegen/core/generation/event';
import { generationInputSchema, loraSelectionSchema } from '@imagegen/core/generation/input';
import {
  acceptedSchema,
  generationDetailsSchema,
  generationErrorSchema,
  generationOutputSchema,
  imageOutputSchema,
} from '@imagegen/core/generation/output';
import { presetChangesSchema, presetInputSchema, presetOutputSchema, presetSettingsSchema } from '@imagegen/core/library/preset';
import { compatibilityOutputSchema } from '@imagegen/core/loras/judge-combination';
import { loraOutputSchema } from '@imagegen/core/loras/lora';
import { receiptSchema } from '@imagegen/core/routing/receipt';
import * as z from 'zod';
import { historyOutputSchema } from '../generations/list-history.ts';
import { loraListSchema } from '../library/list-loras.ts';
import { presetListSchema } from '../library/manage-presets.ts';

/** Schemas that several routes share, by the name the document gives them; as part of a request the name ends in `Input`. */
const components: Readonly<Record<string, z.ZodType>> = {
  Accepted: acceptedSchema,
  Adjustment: adjustmentSchema,
  Canonical: generationInputSchema,
  Compatibility: compatibilityOutputSchema,
  Generation: generationOutputSchema,
  GenerationDetails: generationDetailsSchema,
  GenerationError: generationErrorSchema,
  GenerationEvent: generationEventSchema,
  History: historyOutputSchema,
  Image: imageOutputSchema,
  Lora: loraOutputSchema,
  LoraList: loraListSchema,
  LoraSelection: loraSelectionSchema,
  NewPreset: presetInputSchema,
  Preset: presetOutputSchema,
  PresetChanges: presetChangesSchema,
  PresetList: presetListSchema,
  PresetSettings: presetSettingsSchema,
  Receipt: receiptSchema,
};

/** From here on the document refers to these schemas instead of repeating them. */
export function nameComponents(): void {
  for (const [id, schema] of Object.entries(components)) z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
}
