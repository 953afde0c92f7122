import { imageFormats } from '@imagegen/core/engines/engine';
import { generationInputSchema, limits } from '@imagegen/core/generation/input';
import * as z from 'zod';

const canonical = generationInputSchema.shape;

/** What OpenAI's parameters cannot say: our own, in their own corner. */
const gatewayFieldsSchema = z.strictObject(
  z.object(canonical).pick({
    negative_prompt: true,
    seed: true,
    loras: true,
    sampler: true,
    steps: true,
    cfg_scale: true,
    strength: true,
    save_to_vault: true,
    track_usage: true,
    priority: true,
    provider_preference: true,
    deadline_seconds: true,
    webhook_url: true,
    metadata: true,
  }).shape,
);

const shared = {
  prompt: canonical.prompt,
  model: z.string().min(1).max(100).nullish().meta({ description: 'An engine id, `auto`, or the name of an OpenAI image model' }),
  n: z.int().min(limits.images.min).max(limits.images.max).nullish(),
  size: z
    .string()
    .regex(/^(auto|\d{2,5}x\d{2,5})$/, 'must be auto or look like "1024x1024"')
    .nullish(),
  quality: z.enum(['auto', 'low', 'medium', 'high', 'standard', 'hd']).nullish(),
  output_format: z.enum(imageFormats).nullish(),
  output_compression: z.int().min(0).max(100).nullish(),
  response_format: z.enum(['url', 'b64_json']).nullish(),
  user: z.string().max(512).nullish(),
  background: z.string().nullish(),
  moderation: z.string().nullish(),
  stream: z.boolean().nullish().meta({ description: 'Server-sent events: one with each picture, as none of the engines shows parts' }),
  partial_images: z.int().nullish(),
  safety_identifier: z.string().nullish(),
  x_gateway: gatewayFieldsSchema.nullish(),
};

/** The body of `POST /v1/images/generations` (openai SDK 7.55.0, ImageGenerateParams). Strict, as OpenAI is. */
export const generationsBodySchema = z.strictObject({ ...shared, style: z.string().nullish() }).meta({
  examples: [
    {
      model: 'flux-standard',
      prompt: 'a lighthouse at dusk',
      n: 1,
      size: '1024x768',
      x_gateway: { seed: 7, loras: [{ id: 309, weight: 1 }] },
    },
  ],
});

const picture = z.union([z.string(), z.strictObject({ image_url: z.string() })]);

const onePicture = z.array(picture).length(1, 'must be one picture, an edit here takes no more');

/** The JSON body of `POST /v1/images/edits` (EditImageBodyJsonParam); a form has the same fields, with the picture as file `image`. */
export const editsBodySchema = z
  .strictObject({
    ...shared,
    image: z.union([picture, onePicture]).optional(),
    images: onePicture.optional(),
    input_fidelity: z.string().nullish(),
  })
  .meta({ examples: [{ model: 'openai-edit', prompt: 'make it night', images: [{ image_url: 'https://pictures.example.com/a.png' }] }] });

export type GenerationsBody = z.infer<typeof generationsBodySchema>;
export type EditsBody = z.infer<typeof editsBodySchema>;
