import { generationInputSchema } from '@imagegen/core/generation/input';
import * as z from 'zod';

const { prompt, ...optional } = generationInputSchema.shape;

const settingNames = {
  cfg_scale: true,
  steps: true,
  sampler: true,
  seed: true,
  width: true,
  height: true,
  dimensions: true,
  image_size: true,
  negative_prompt: true,
  reference_image: true,
  strength: true,
} as const;

const optionNames = {
  num_images: true,
  format: true,
  quality: true,
  save_to_vault: true,
  track_usage: true,
  priority: true,
  deadline_seconds: true,
} as const;

const fields = z.object(optional);

const gatewayProviders = ['auto', 'fal', 'rundiffusion', 'replicate', 'openai'] as const;

/**
 * The body of `POST /api/image/generate` (reorganization plan, part 1): the canonical fields, grouped. They are also taken at the top, where
 * the group wins. Loose: other fields are ignored and reported.
 */
export const gatewayBodySchema = z
  .looseObject({
    prompt,
    ...optional,
    settings: z.looseObject(fields.pick(settingNames).shape).optional(),
    options: z
      .looseObject({
        ...fields.pick(optionNames).shape,
        provider: z.enum(gatewayProviders).optional(),
        model: z.string().max(100).optional().meta({ description: 'auto, flux-dev, juggernaut, flux-general or any engine id' }),
      })
      .optional(),
  })
  .meta({
    examples: [
      {
        prompt: 'a lighthouse at dusk',
        settings: { cfg_scale: 7.5, steps: 30, sampler: 'euler', seed: -1, width: 1024, height: 1024, negative_prompt: '' },
        loras: [{ id: 309, weight: 1 }],
        options: { provider: 'auto', model: 'auto', num_images: 1, format: 'jpeg', quality: 95, save_to_vault: true },
      },
    ],
  });
export type GatewayBody = z.infer<typeof gatewayBodySchema>;
