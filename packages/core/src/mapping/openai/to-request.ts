import { currentOpenAiModel, type OpenAiQuality } from '../../engines/openai-models.ts';
import { type MappingRequest, referenceImageOf } from '../mapping-context.ts';
import type { Notes } from '../notes.ts';
import type { ProviderPlan } from '../provider-plan.ts';
import { defaultFormat, noteSize, noteUnusedSampler, promptWithNegative, readQuality } from '../shared-parameters.ts';
import { mapToOpenAiSize } from '../size.ts';
import { splitImages } from '../split-images.ts';

/** Steps above this ask for OpenAI's high quality. */
const highQualityAboveSteps = 50;

/**
 * Requests to `images/generations` and `images/edits` (JSON form) as openai SDK 7.55.0 spells them. There is no seed, no negative prompt,
 * no steps, no guidance. Two things are called quality: OpenAI's `quality` is how much work goes into a picture and follows from priority
 * and steps; our `quality` is compression and becomes `output_compression`.
 */
export function toOpenAiPlan(request: MappingRequest, notes: Notes): ProviderPlan {
  const { engine, settings, context } = request;
  const model = currentOpenAiModel(context.openaiModel);
  if (model !== context.openaiModel) {
    notes.approximated('model', { asked: context.openaiModel, used: model }, `OpenAI has shut ${context.openaiModel} down`);
  }
  const size = mapToOpenAiSize(model, settings.width, settings.height);
  noteSize(request, size, notes);
  const quality = openAiQuality(request);
  const compression = readQuality(request, notes);
  noteWhatDoesNotExist(request, quality, notes);
  const reference = referenceImageOf(request);

  const body = {
    model,
    prompt: promptWithNegative(request, notes),
    ...(reference !== undefined && { images: [{ image_url: reference }] }),
    size: `${size.width}x${size.height}`,
    quality,
    output_format: settings.format ?? defaultFormat,
    ...(compression !== undefined && { output_compression: compression }),
    moderation: 'auto',
    safety_identifier: context.userTag,
  };
  return {
    calls: splitImages(settings.num_images ?? 1, engine.capabilities.imagesPerCall, 0).map(({ images }) => ({
      endpoint: reference === undefined ? 'images/generations' : 'images/edits',
      body: { ...body, n: images },
      images,
      seed: null,
    })),
    actual: { steps: null, cfg_scale: null, ...size },
    transcode: null,
  };
}

/** What was asked in OpenAI's own words; else `low` for priority cost or speed, `high` for more than 50 steps, else `medium`. */
export function openAiQuality({ settings }: Pick<MappingRequest, 'settings'>): OpenAiQuality {
  if (settings.render_quality) return settings.render_quality;
  if (settings.priority === 'cost' || settings.priority === 'speed') return 'low';
  return (settings.steps ?? 0) > highQualityAboveSteps ? 'high' : 'medium';
}

function noteWhatDoesNotExist(request: MappingRequest, quality: OpenAiQuality, notes: Notes): void {
  const { engine, settings } = request;
  const title = engine.title;
  if (settings.seed_asked) notes.dropped('seed', settings.seed, `${title} has no seeds: the same seed makes another picture`);
  if (settings.steps !== undefined) {
    notes.approximated('steps', { asked: settings.steps, used: `quality ${quality}` }, `${title} has no steps, only three qualities`);
  }
  if (settings.cfg_scale !== undefined) notes.dropped('cfg_scale', settings.cfg_scale, `${title} has no guidance`);
  if (settings.strength !== undefined) notes.dropped('strength', settings.strength, `${title} has no strength`);
  noteUnusedSampler(request, notes);
}
