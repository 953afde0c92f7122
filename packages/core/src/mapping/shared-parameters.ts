import type { ImageFormat, Range } from '../engines/engine.ts';
import { buildEnhancedPrompt } from '../prompt/enhanced-prompt.ts';
import { type MappingRequest, referenceImageOf } from './mapping-context.ts';
import type { Notes } from './notes.ts';

/** How the parameters that mean the same at every engine are read, once: defaults, clamping, and what is reported as not honoured. */

export const defaultFormat: ImageFormat = 'jpeg';
export const defaultQuality = 95;

export function readSteps({ engine, settings, context }: MappingRequest, notes: Notes): number {
  const asked = settings.steps;
  const value = asked ?? engine.defaults?.steps ?? context.defaults.steps;
  return clamp({ parameter: 'steps', asked, value, range: engine.capabilities.steps, title: engine.title }, notes);
}

export function readCfgScale({ engine, settings, context }: MappingRequest, notes: Notes): number {
  const asked = settings.cfg_scale;
  const value = asked ?? engine.defaults?.cfgScale ?? context.defaults.cfgScale;
  return clamp({ parameter: 'cfg_scale', asked, value, range: engine.capabilities.cfgScale, title: engine.title }, notes);
}

type Clamped = { parameter: string; asked: number | undefined; value: number; range: Range | null; title: string };

/** The value within the range; only what was asked is reported when it changes. */
function clamp({ parameter, asked, value, range, title }: Clamped, notes: Notes): number {
  if (range === null) return value;
  const used = Math.min(range.max, Math.max(range.min, value));
  if (asked !== undefined && used !== asked) notes.approximated(parameter, { asked, used }, `${title} takes ${range.min} to ${range.max}`);
  return used;
}

/** The prompt for an engine without a field for negative prompts. */
export function promptWithNegative({ engine, settings }: MappingRequest, notes: Notes): string {
  const negativePrompt = settings.negative_prompt;
  if (!negativePrompt) return settings.prompt;
  notes.approximated(
    'negative_prompt',
    { asked: negativePrompt, used: '[not: …] at the end of the prompt' },
    `${engine.title} has no negative prompt; it is added to the prompt as a wish`,
  );
  return buildEnhancedPrompt(settings.prompt, { negativePrompt });
}

/** `strength` for a picture that is changed; undefined leaves it to the engine. */
export function readStrength(request: MappingRequest, range: Range, notes: Notes): number | undefined {
  const { engine, settings } = request;
  const asked = settings.strength;
  if (asked === undefined) return undefined;
  if (referenceImageOf(request) === undefined) {
    notes.dropped('strength', asked, 'strength means nothing without a reference image');
    return undefined;
  }
  return clamp({ parameter: 'strength', asked, value: asked, range, title: engine.title }, notes);
}

export function noteUnusedSampler({ engine, settings }: MappingRequest, notes: Notes): void {
  if (settings.sampler !== undefined) notes.dropped('sampler', settings.sampler, `${engine.title} has no sampler to choose`);
}

/** The compression of formats that have one, for engines that take it. */
export function readQuality({ settings }: MappingRequest, notes: Notes): number | undefined {
  if ((settings.format ?? defaultFormat) !== 'png') return settings.quality ?? defaultQuality;
  if (settings.quality !== undefined) notes.dropped('quality', settings.quality, 'png is lossless: it has no quality');
  return undefined;
}

export function noteSize({ engine, settings }: MappingRequest, used: { width: number; height: number }, notes: Notes): void {
  if (used.width === settings.width && used.height === settings.height) return;
  notes.approximated(
    'size',
    { asked: `${settings.width}x${settings.height}`, used: `${used.width}x${used.height}` },
    `the nearest size ${engine.title} makes`,
  );
}
