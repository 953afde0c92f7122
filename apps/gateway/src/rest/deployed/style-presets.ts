import type { Adjustment } from '@imagegen/core/generation/adjustment';
import { approximated, dropped } from '../ignored-fields.ts';

type Preset = { cfg_scale: number; steps: number };

/** What ChatEnhanced's style presets mean to the front ends themselves: guidance and steps, and nothing for the prompt. */
const presets: Readonly<Record<string, Preset>> = {
  photographic: { cfg_scale: 7, steps: 30 },
  artistic: { cfg_scale: 8.5, steps: 40 },
  cinematic: { cfg_scale: 8, steps: 45 },
  anime: { cfg_scale: 9, steps: 35 },
  fantasy: { cfg_scale: 8.5, steps: 50 },
  portrait: { cfg_scale: 7.5, steps: 35 },
};

type Fields = Record<string, unknown>;

/** Fills in what a preset says and the caller does not, and reports what was made of it. */
export function applyStylePreset(
  name: unknown,
  asked: { steps: boolean; cfgScale: boolean },
): { fields: Fields; adjustments: Adjustment[] } {
  const preset = typeof name === 'string' && Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (!preset) return { fields: {}, adjustments: [dropped('style_preset', name, 'not a style preset that is known')] };
  const fields = { ...(!asked.cfgScale && { cfg_scale: preset.cfg_scale }), ...(!asked.steps && { steps: preset.steps }) };
  const adjustment =
    Object.keys(fields).length === 0
      ? dropped('style_preset', name, 'it stands for cfg_scale and steps, and both were given')
      : approximated('style_preset', { asked: name, used: fields }, 'a style preset stands for cfg_scale and steps');
  return { fields, adjustments: [adjustment] };
}
