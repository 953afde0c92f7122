import { defaultPixels } from '../../generation/input.ts';
import { type MappingRequest, referenceImageOf } from '../mapping-context.ts';
import type { Notes } from '../notes.ts';
import type { ProviderPlan } from '../provider-plan.ts';
import {
  defaultFormat,
  noteSize,
  noteUnusedSampler,
  promptWithNegative,
  readCfgScale,
  readQuality,
  readSteps,
  readStrength,
} from '../shared-parameters.ts';
import { aspectRatioPixels, mapToAspectRatio, type PixelSize } from '../size.ts';
import { splitImages } from '../split-images.ts';

/** Below this area a quarter of a megapixel is nearer than a whole one. */
const quarterBelowPixels = 512 * 1024;

/**
 * Predictions of `black-forest-labs/flux-dev-lora` (up to two LoRAs) and `lucataco/flux-dev-multi-lora` (three), field by field as their
 * predict.py names them. The seed is always sent, since Replicate never tells which one it drew, and `go_fast` is off: with it on, the
 * same seed does not make the same picture.
 */
export function toReplicatePlan(request: MappingRequest, notes: Notes): ProviderPlan {
  const { engine, settings, context } = request;
  const { imagesPerCall, loras } = engine.capabilities;
  const steps = readSteps(request, notes);
  const cfgScale = readCfgScale(request, notes);
  const quality = readQuality(request, notes);
  const strength = readStrength(request, { min: 0, max: 1 }, notes);
  const reference = referenceImageOf(request);
  noteUnusedSampler(request, notes);
  const version = context.loras.length > loras.max ? context.multiLoraVersion : null;
  const size = chooseSize(request, version !== null, notes);
  const format = settings.format ?? defaultFormat;

  const shared = {
    prompt: promptWithNegative(request, notes),
    aspect_ratio: size.aspectRatio,
    num_inference_steps: steps,
    output_format: format === 'jpeg' ? 'jpg' : format,
    ...(quality !== undefined && { output_quality: quality }),
    disable_safety_checker: !context.safetyChecker,
    ...(reference !== undefined && { image: reference }),
    ...(strength !== undefined && { prompt_strength: strength }),
  };
  const special =
    version === null
      ? { guidance: cfgScale, ...loraFields(request), megapixels: size.megapixels, go_fast: false }
      : { guidance_scale: cfgScale, ...multiLoraFields(request) };

  return {
    calls: splitImages(settings.num_images ?? 1, imagesPerCall, settings.seed).map(({ images, seed }) => {
      const input = { ...shared, ...special, num_outputs: images, seed };
      return version === null
        ? { endpoint: engine.model, body: { input }, images, seed }
        : { endpoint: `version:${version}`, body: { version, input }, images, seed };
    }),
    actual: { steps, cfg_scale: cfgScale, ...size.pixels },
    transcode: null,
  };
}

function loraFields({ context }: MappingRequest): Record<string, unknown> {
  const [first, second] = context.loras;
  return {
    ...(first && { lora_weights: first.url, lora_scale: first.scale ?? first.weight }),
    ...(second && { extra_lora: second.url, extra_lora_scale: second.scale ?? second.weight }),
  };
}

function multiLoraFields({ context }: MappingRequest): Record<string, unknown> {
  return { hf_loras: context.loras.map((lora) => lora.url), lora_scales: context.loras.map((lora) => lora.scale ?? lora.weight) };
}

type ChosenSize = { aspectRatio: string; megapixels: '1' | '0.25'; pixels: PixelSize };

function chooseSize(request: MappingRequest, multi: boolean, notes: Notes): ChosenSize {
  const { settings } = request;
  const aspectRatio = mapToAspectRatio(settings.width, settings.height);
  const megapixels = !multi && settings.width * settings.height < quarterBelowPixels ? '0.25' : '1';
  const pixels = aspectRatioPixels(aspectRatio, megapixels);
  if (referenceImageOf(request) === undefined) noteSize(request, pixels, notes);
  else noteKeptProportions(request, notes);
  return { aspectRatio, megapixels, pixels };
}

/** predict.py gives the output the proportions of the input picture, whatever `aspect_ratio` says. */
function noteKeptProportions({ engine, settings: { width, height } }: MappingRequest, notes: Notes): void {
  if (width === defaultPixels && height === defaultPixels) return;
  const change = { asked: `${width}x${height}`, used: 'the proportions of the reference image' };
  notes.approximated('size', change, `${engine.title} keeps the proportions of the picture it changes`);
}
