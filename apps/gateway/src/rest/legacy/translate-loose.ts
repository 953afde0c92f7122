import type { Adjustment } from '@imagegen/core/generation/adjustment';
import { generationInputSchema } from '@imagegen/core/generation/input';
import type { Lora } from '@imagegen/core/loras/lora';
import { validate } from '@imagegen/core/validation/validate';
import * as z from 'zod';
import { dropped, ignoredFields } from '../ignored-fields.ts';
import type { Translated } from '../translated.ts';
import { coerce, fieldNames, isAbsent } from './loose-fields.ts';
import { readImageSize } from './loose-size.ts';
import { type LoraReference, readLoraList, resolveReferences } from './lora-references.ts';

type Fields = Record<string, unknown>;

const renderQualities = { standard: 'medium', hd: 'high', low: 'low', medium: 'medium', high: 'high' } as const;

/** A JSON object without what legacy callers write for nothing; the prompt stays as it is. */
export function presentFields(body: unknown): Fields {
  const fields = validate(z.looseObject({}), body);
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => (name === 'prompt' ? value !== null : !isAbsent(value))));
}

/**
 * A body of the legacy doors as canonical input: old names, numbers as text, sizes and LoRAs in every spelling that was seen. What is not
 * known is left aside and reported.
 * @param fields as `presentFields` gives them.
 * @throws AppError VALIDATION_ERROR, INVALID_LORA
 */
export function translateLoose(
  fields: Fields,
  { catalogue, loras = [] }: { catalogue: readonly Lora[]; loras?: LoraReference[] },
): Translated {
  const { image_size: imageSize, loras: loraList, quality, provider_preference: preference, ...rest } = fields;
  const { canonical, unknown, adjustments } = sortFields(rest);
  const size = imageSize === undefined ? { fields: {}, adjustments: [] } : readImageSize(imageSize);
  const asked = [...loras, ...(loraList === undefined ? [] : readLoraList(loraList))];
  const { lora_files: loraFiles, loras: known } = resolveReferences(asked, catalogue);
  const quoted = readQuality(quality);
  const input = validate(generationInputSchema, {
    ...size.fields,
    ...canonical,
    ...quoted.compression,
    ...readPreference(preference),
    ...(known.length > 0 && { loras: known }),
  });
  return {
    input: { ...input, ...quoted.render, ...(loraFiles.length > 0 && { lora_files: loraFiles }) },
    adjustments: [...adjustments, ...size.adjustments, ...ignoredFields(unknown)],
  };
}

/** Old names become ours; ours win when both are there. */
function sortFields(fields: Fields): { canonical: Fields; unknown: Fields; adjustments: Adjustment[] } {
  const canonical: Fields = {};
  const unknown: Fields = {};
  const adjustments: Adjustment[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (Object.hasOwn(generationInputSchema.shape, name)) canonical[name] = coerce(name, value);
  }
  for (const [name, value] of Object.entries(fields)) {
    if (Object.hasOwn(generationInputSchema.shape, name)) continue;
    const ours = Object.hasOwn(fieldNames, name) ? fieldNames[name] : undefined;
    if (ours === undefined) unknown[name] = value;
    else if (Object.hasOwn(canonical, ours)) adjustments.push(dropped(name, value, `${ours} was given too`));
    else if (value !== 'auto') canonical[ours] = coerce(ours, value);
  }
  return { canonical, unknown, adjustments };
}

/** OpenAI's words are about effort, numbers are about compression. */
function readQuality(value: unknown): { compression?: Fields; render?: Pick<Translated['input'], 'render_quality'> } {
  if (value === undefined || value === 'auto') return {};
  if (typeof value === 'string' && Object.hasOwn(renderQualities, value)) {
    return { render: { render_quality: renderQualities[value as keyof typeof renderQualities] } };
  }
  return { compression: { quality: coerce('quality', value) } };
}

/** `flux` and `rundiffusion` are what the front ends call fal and its Juggernaut. */
function readPreference(value: unknown): Fields {
  if (value === undefined) return {};
  if (value === 'rundiffusion') return { engine: 'flux-juggernaut' };
  return { provider_preference: value === 'flux' ? 'fal' : value };
}
