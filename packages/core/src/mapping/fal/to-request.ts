import { samplerKey } from '../../engines/samplers.ts';
import { type MappingContext, type MappingRequest, referenceImageOf } from '../mapping-context.ts';
import type { Notes } from '../notes.ts';
import type { ProviderPlan } from '../provider-plan.ts';
import {
  defaultFormat,
  defaultQuality,
  noteUnusedSampler,
  promptWithNegative,
  readCfgScale,
  readSteps,
  readStrength,
} from '../shared-parameters.ts';
import { exactFalSize } from '../size.ts';
import { splitImages } from '../split-images.ts';

const strengthRange = { min: 0.01, max: 1 };

/**
 * Requests to fal's FLUX endpoints, field by field as their queue OpenAPI of 2026-06-11 spells them: `fal-ai/flux-lora` and its
 * `/image-to-image`, `fal-ai/flux-general`, `rundiffusion-fal/juggernaut-flux-lora`. Unknown fields are ignored there without a word, so
 * nothing is sent that is not in the schema.
 */
export function toFalPlan(request: MappingRequest, notes: Notes): ProviderPlan {
  const { engine, settings, context } = request;
  const { imagesPerCall, formats } = engine.capabilities;
  const steps = readSteps(request, notes);
  const cfgScale = readCfgScale(request, notes);
  const asked = settings.format ?? defaultFormat;
  const transcode = formats.includes(asked) ? null : { format: asked, quality: settings.quality ?? defaultQuality };
  if (!transcode && settings.quality !== undefined) {
    notes.dropped('quality', settings.quality, `${engine.title} decides the compression of its ${asked} pictures`);
  }
  const shared = {
    image_size: exactFalSize(settings),
    num_inference_steps: steps,
    guidance_scale: cfgScale,
    loras: context.loras.map((lora) => ({ path: lora.url, scale: falScale(lora) })),
    output_format: transcode ? 'png' : asked,
    enable_safety_checker: context.safetyChecker,
  };
  const special = engine.id === 'flux-advanced' ? fluxGeneralFields(request, notes) : fluxLoraFields(request, notes);

  return {
    calls: splitImages(settings.num_images ?? 1, imagesPerCall, settings.seed).map(({ images, seed }) => ({
      endpoint: special.endpoint,
      body: { ...special.fields, ...shared, num_images: images, seed },
      images,
      seed,
    })),
    actual: { steps, cfg_scale: cfgScale, width: settings.width, height: settings.height },
    transcode,
  };
}

/** 0–2 becomes 0–1 (PRD 4.2). */
function falScale(lora: MappingContext['loras'][number]): number {
  return lora.scale ?? Math.min(lora.weight * 0.5, 1);
}

type Special = { endpoint: string; fields: Record<string, unknown> };

function fluxLoraFields(request: MappingRequest, notes: Notes): Special {
  const { engine } = request;
  noteUnusedSampler(request, notes);
  const fields = { prompt: promptWithNegative(request, notes), acceleration: 'none' };
  const reference = referenceImageOf(request);
  const strength = readStrength(request, strengthRange, notes);
  if (reference === undefined) return { endpoint: engine.model, fields };
  return {
    endpoint: `${engine.model}/image-to-image`,
    fields: { ...fields, image_url: reference, ...(strength !== undefined && { strength }) },
  };
}

function fluxGeneralFields(request: MappingRequest, notes: Notes): Special {
  const { engine, settings } = request;
  readStrength(request, strengthRange, notes);
  const scheduler = readScheduler(request, notes);
  return {
    endpoint: engine.model,
    fields: {
      prompt: settings.prompt,
      ...(settings.negative_prompt && { negative_prompt: settings.negative_prompt }),
      ...(scheduler !== undefined && { scheduler }),
    },
  };
}

function readScheduler({ engine, settings }: MappingRequest, notes: Notes): string | undefined {
  const asked = settings.sampler;
  if (asked === undefined) return undefined;
  const key = samplerKey(asked);
  const aliases = engine.capabilities.samplers ?? {};
  const known = Object.hasOwn(aliases, key) ? aliases[key] : undefined;
  const used = known ?? 'euler';
  if (key !== samplerKey(used)) {
    const reason = known ? `the nearest sampler ${engine.title} has` : `${engine.title} knows no sampler of this name`;
    notes.approximated('sampler', { asked, used }, reason);
  }
  return used;
}
