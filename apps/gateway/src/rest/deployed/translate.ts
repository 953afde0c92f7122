import type { Adjustment } from '@imagegen/core/generation/adjustment';
import type { Accepted, GenerationOutput } from '@imagegen/core/generation/output';
import type { SubmittedInput } from '@imagegen/core/generation/settings';
import type { Lora } from '@imagegen/core/loras/lora';
import { isAbsent } from '../legacy/loose-fields.ts';
import { type LoraReference, readLoraList } from '../legacy/lora-references.ts';
import { presentFields, translateLoose } from '../legacy/translate-loose.ts';
import type { Translated } from '../translated.ts';
import { applyStylePreset } from './style-presets.ts';

/** A body of the group that ChatEnhanced calls today, as canonical input. Throws what `translateLoose` throws. */
export function translateBody(body: unknown, catalogue: readonly Lora[]): Translated {
  const {
    style_preset: style,
    lora_model: model,
    lora_weight: weight,
    lora_models: models,
    blend_weights: weights,
    ...rest
  } = presentFields(body);
  const asked = {
    steps: 'steps' in rest || 'num_inference_steps' in rest,
    cfgScale: ['cfg_scale', 'guidance_scale', 'cfg'].some((name) => name in rest),
  };
  const preset = style === undefined ? { fields: {}, adjustments: [] } : applyStylePreset(style, asked);
  const translated = translateLoose(
    { ...rest, ...preset.fields },
    { catalogue, loras: [...readModel(model, weight), ...readModels(models, weights)] },
  );
  return { ...translated, adjustments: [...preset.adjustments, ...translated.adjustments] };
}

function readModel(model: unknown, weight: unknown): LoraReference[] {
  return model === undefined
    ? []
    : readLoraList(model).map((reference) => (isAbsent(reference.weight) ? { ...reference, weight } : reference));
}

/** `lora_models` with `blend_weights` beside it, one for one. */
function readModels(models: unknown, weights: unknown): LoraReference[] {
  if (models === undefined) return [];
  const blend: unknown[] = Array.isArray(weights) ? weights : [];
  return readLoraList(models).map((reference, index) => (isAbsent(reference.weight) ? { ...reference, weight: blend[index] } : reference));
}

/** Whether the caller chose OpenAI: then the answer is the picture. */
export function isOpenAiPinned({ engine, provider_preference: preference }: SubmittedInput): boolean {
  return engine === undefined ? preference === 'openai' : engine === 'openai' || engine === 'openai-edit';
}

type AppliedLora = { id?: number; name?: string; url?: string; weight: number };

export function appliedLoras({ loras = [], lora_files: files = [] }: SubmittedInput, catalogue: readonly Lora[]): AppliedLora[] {
  const named = loras.map(({ id, weight }) => ({ id, name: catalogue.find((lora) => lora.id === id)?.name ?? String(id), weight }));
  return [...named, ...files.map(({ url, scale }) => ({ url, weight: scale }))];
}

export type ProcessingAnswer = {
  job_id: string;
  request_id: string;
  generation_id: string;
  status: 'processing';
  message: string;
  estimated_time: number;
  loras_applied: AppliedLora[];
  adjustments: Adjustment[];
};

export function translateAccepted(accepted: Accepted, lorasApplied: AppliedLora[]): ProcessingAnswer {
  const { request_id, generation_id, estimated_time, adjustments } = accepted;
  return {
    job_id: request_id,
    request_id,
    generation_id,
    status: 'processing',
    message: 'The picture is being made; ask status_check with this job_id.',
    estimated_time,
    loras_applied: lorasApplied,
    adjustments,
  };
}

export type StatusAnswer = {
  job_id: string;
  request_id: string;
  generation_id: string;
  status: 'processing' | 'completed' | 'failed';
  progress: number;
  estimated_time_remaining?: number;
  result?: { url: string; urls: string[] };
  image_url?: string;
  images?: string[];
  error?: string;
  code?: string;
  message?: string;
  adjustments: Adjustment[];
};

/** This group never says `pending`. */
export function translateStatus(output: GenerationOutput): StatusAnswer {
  const { request_id, generation_id, status, progress, estimated_time_remaining: remaining, error, adjustments } = output;
  const urls = output.images.map(({ url }) => url);
  const [url] = urls;
  return {
    job_id: request_id,
    request_id,
    generation_id,
    status: status === 'pending' ? 'processing' : status,
    progress,
    ...(remaining !== undefined && { estimated_time_remaining: remaining }),
    ...(url !== undefined && { result: { url, urls }, image_url: url, images: urls }),
    ...(error && { error: error.message, code: error.code, message: error.message }),
    adjustments,
  };
}

export type RequestAnswer = { id: string; status: 'queued' | 'processing' | 'completed' | 'failed'; image_url?: string; error?: string };

/** What the newest front end polls; it calls the first status `queued`. */
export function translateRequest({ request_id, status, images, error }: GenerationOutput): RequestAnswer {
  const url = images[0]?.url;
  return {
    id: request_id,
    status: status === 'pending' ? 'queued' : status,
    ...(url !== undefined && { image_url: url }),
    ...(error && { error: error.message }),
  };
}
