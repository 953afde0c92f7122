import * as z from 'zod';
import { engineIds, imageFormats } from '../engines/engine.ts';
import { promptText } from '../prompt/prompt-text.ts';
import { webhookUrlSchema } from '../webhooks/webhook-url.ts';

export const limits = {
  promptCodePoints: 4_000,
  seedMax: 2_147_483_647,
  steps: { min: 1, max: 150 },
  cfgScale: { min: 1, max: 30 },
  pixels: { min: 256, max: 2048 },
  images: { min: 1, max: 8 },
  loraWeight: { min: 0, max: 2 },
  loras: 20,
  deadlineSeconds: { min: 10, max: 1800 },
  referenceImageChars: 14_000_000,
} as const;

/** Each way, when no size was asked. */
export const defaultPixels = 1024;

export const imageSizePresets = {
  square_hd: { width: 1024, height: 1024 },
  square: { width: 512, height: 512 },
  portrait_4_3: { width: 768, height: 1024 },
  portrait_16_9: { width: 576, height: 1024 },
  landscape_4_3: { width: 1024, height: 768 },
  landscape_16_9: { width: 1024, height: 576 },
} as const;
export type ImageSizePreset = keyof typeof imageSizePresets;

/** How base64 of a picture's first bytes begins. */
const base64Beginnings = { iVBORw0KGgo: 'png', '/9j/': 'jpeg', UklGR: 'webp' };

/** Bare base64 as a data URL; whether the picture is whole is found out when it is decoded. */
function nameBase64(text: string): string {
  const known = Object.entries(base64Beginnings).find(([beginning]) => text.startsWith(beginning));
  return known ? `data:image/${known[1]};base64,${text}` : text;
}

/** What adjustments are about, where an engine cannot honour all that was asked. */
const adjustableParameters = ['seed', 'negative_prompt', 'size', 'steps', 'cfg_scale', 'sampler', 'quality', 'strength'] as const;

const presetNames = Object.keys(imageSizePresets) as [ImageSizePreset, ...ImageSizePreset[]];
const pixels = z.int().min(limits.pixels.min).max(limits.pixels.max);

export const loraSelectionSchema = z.strictObject({
  id: z.int().min(1).max(limits.seedMax).meta({ description: 'From the LoRA list.' }),
  weight: z.number().min(limits.loraWeight.min).max(limits.loraWeight.max).default(1),
});

const fields = {
  prompt: promptText({ maxCodePoints: limits.promptCodePoints, required: true }).meta({
    description: 'What to draw, 1 to 4000 characters after cleaning.',
  }),
  negative_prompt: promptText({ maxCodePoints: limits.promptCodePoints, required: false }).meta({ description: 'What not to draw.' }),
  seed: z.int().min(-1).max(limits.seedMax).meta({ description: '−1 or absent draws one; it is always returned.' }),
  loras: z.array(loraSelectionSchema).max(limits.loras),
  sampler: z.string().min(1).max(64),
  steps: z.int().min(limits.steps.min).max(limits.steps.max),
  cfg_scale: z.number().min(limits.cfgScale.min).max(limits.cfgScale.max),
  width: pixels,
  height: pixels,
  dimensions: z
    .string()
    .regex(/^\d{2,5}x\d{2,5}$/i, 'must look like "1024x768"')
    .meta({ description: '"WxH"; width and height win over it.' }),
  image_size: z.enum(presetNames).meta({ description: 'A preset; width, height and dimensions win over it.' }),
  num_images: z.int().min(limits.images.min).max(limits.images.max),
  format: z.enum(imageFormats),
  quality: z.int().min(0).max(100),
  save_to_vault: z.boolean(),
  track_usage: z.boolean(),
  priority: z.enum(['speed', 'quality', 'cost']),
  provider_preference: z.enum(['auto', 'fal', 'replicate', 'openai']),
  reference_image: z
    .string()
    .max(limits.referenceImageChars)
    .regex(
      /^(https:\/\/|data:image\/(png|jpeg|webp);base64,|iVBORw0KGgo|\/9j\/|UklGR)/,
      'must be an https URL or base64 of a png, jpeg or webp picture',
    )
    .overwrite(nameBase64)
    .meta({ description: 'An https URL, or a png, jpeg or webp picture in base64, as a data URL or bare.' }),
  strength: z.number().min(0).max(1),
  engine: z.enum(engineIds),
  allow_adjustments: z.array(z.enum(adjustableParameters)).max(adjustableParameters.length).meta({
    description:
      'What may be approximated or dropped should the generation have to move to another engine. Without it, it moves only where it is honoured no worse.',
  }),
  idempotency_key: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x20-\x7e]+$/, 'must be printable ASCII'),
  deadline_seconds: z.int().min(limits.deadlineSeconds.min).max(limits.deadlineSeconds.max),
  webhook_url: webhookUrlSchema,
  metadata: z
    .record(z.string().min(1).max(64), z.string().max(512))
    .refine((map) => Object.keys(map).length <= 16, 'must have at most 16 keys'),
};

const { prompt, ...optional } = fields;

/** The canonical input (contracts: Canonical input). Strict: an unknown key is an error. Nothing is filled in here but LoRA weights. */
export const generationInputSchema = z.strictObject({ prompt, ...z.object(optional).partial().shape });
export type GenerationInput = z.infer<typeof generationInputSchema>;
