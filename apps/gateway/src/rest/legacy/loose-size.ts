import type { Adjustment } from '@imagegen/core/generation/adjustment';
import { approximated } from '../ignored-fields.ts';
import { toNumber } from './loose-fields.ts';

/** Presets of the old endpoints that no provider knows, and the nearest one. */
const unknownPresets: Readonly<Record<string, string>> = { portrait_hd: 'portrait_4_3', landscape_hd: 'landscape_4_3' };

type Fields = Record<string, unknown>;

/** `image_size` as the old endpoints take it: a preset, "WxH", or fal's `{ width, height }`. Their `square` is 1024×1024. */
export function readImageSize(value: unknown): { fields: Fields; adjustments: Adjustment[] } {
  if (typeof value === 'object' && value !== null && 'width' in value && 'height' in value) {
    return { fields: { width: toNumber(value.width), height: toNumber(value.height) }, adjustments: [] };
  }
  if (typeof value !== 'string') return { fields: { image_size: value }, adjustments: [] };
  if (/^\d+\s*x\s*\d+$/i.test(value)) return { fields: { dimensions: value.replaceAll(/\s/g, '') }, adjustments: [] };
  if (value === 'square') return { fields: { image_size: 'square_hd' }, adjustments: [] };
  const nearest = Object.hasOwn(unknownPresets, value) ? unknownPresets[value] : undefined;
  if (nearest === undefined) return { fields: { image_size: value }, adjustments: [] };
  return {
    fields: { image_size: nearest },
    adjustments: [approximated('image_size', { asked: value, used: nearest }, 'the nearest preset that exists')],
  };
}
