import { adjustmentSchema } from '@imagegen/core/generation/adjustment';
import * as z from 'zod';

const text = z.string().optional();
const numberOrText = z.union([z.number(), z.string()]).optional();

const common = {
  negative_prompt: text,
  dimensions: text.meta({ description: '"WxH"; width and height win over it' }),
  width: numberOrText,
  height: numberOrText,
  steps: numberOrText.meta({ description: 'or num_inference_steps' }),
  cfg_scale: numberOrText.meta({ description: 'or guidance_scale' }),
  seed: numberOrText,
  num_images: numberOrText,
  output_format: text,
  style_preset: text.meta({ description: 'photographic, artistic, cinematic, anime, fantasy or portrait' }),
  priority: text,
  provider_preference: text.meta({ description: 'auto, flux, fal, rundiffusion, replicate or openai' }),
};

/** For the document only: bodies of this group are read leniently. */
export const deployedBodySchema = z
  .looseObject({
    prompt: z.string(),
    loras: z.array(z.unknown()).optional().meta({ description: '{id,weight}, ids, slugs ("lora_001"), names or {url,scale}' }),
    ...common,
  })
  .meta({
    examples: [
      {
        prompt: 'a lighthouse at dusk',
        dimensions: '1536x1024',
        style_preset: 'photographic',
        loras: ['lora_001'],
        provider_preference: 'flux',
      },
    ],
  });

export const imageToImageSchema = z
  .looseObject({
    prompt: z.string(),
    image_url: z.string().meta({ description: 'An https URL or base64, as a data URL or bare; also as `image`' }),
    strength: numberOrText,
    lora_model: text,
    lora_models: z.array(z.unknown()).optional(),
    blend_weights: z.array(z.unknown()).optional(),
    ...common,
  })
  .meta({
    examples: [{ prompt: 'make it night', image_url: 'https://pictures.example.com/a.png', lora_model: 'lora_001', strength: 0.8 }],
  });

const ids = { job_id: z.string(), request_id: z.string(), generation_id: z.string() };

export const processingSchema = z.object({
  ...ids,
  status: z.literal('processing'),
  message: z.string(),
  /** Seconds. */
  estimated_time: z.number(),
  loras_applied: z.array(
    z.object({ id: z.number().optional(), name: z.string().optional(), url: z.string().optional(), weight: z.number() }),
  ),
  adjustments: z.array(adjustmentSchema),
});

export const deployedStatusSchema = z.object({
  ...ids,
  status: z.enum(['processing', 'completed', 'failed']),
  /** Percent. */
  progress: z.number(),
  estimated_time_remaining: z.number().optional(),
  result: z.object({ url: z.string(), urls: z.array(z.string()) }).optional(),
  image_url: z.string().optional(),
  images: z.array(z.string()).optional(),
  error: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  adjustments: z.array(adjustmentSchema),
});

export const requestSchema = z.object({
  id: z.string(),
  status: z.enum(['queued', 'processing', 'completed', 'failed']),
  image_url: z.string().optional(),
  error: z.string().optional(),
});

const id = z.string().min(1).max(64);
export const requestParamsSchema = z.object({ id: id.meta({ description: 'job_id, request_id or generation_id' }) });
export const jobQuerySchema = z.object({ job_id: id.optional(), request_id: id.optional(), generation_id: id.optional() });

const count = z.coerce.number().int().min(1);
export const loraQuerySchema = z.object({
  search: z.string().max(200).optional(),
  category: z.string().max(200).optional(),
  base_model: z.string().max(200).optional(),
  tags: z
    .string()
    .max(500)
    .transform((list) => list.split(',').filter(Boolean).slice(0, 20))
    .optional()
    .meta({ description: 'Separated by commas' }),
  page: count.max(100_000).optional(),
  limit: count.max(100).optional(),
});
