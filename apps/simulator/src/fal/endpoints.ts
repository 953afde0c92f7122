import * as z from 'zod';

/** Pixels of the size names (fal SDK, IMAGE_SIZE_PRESETS). */
const presets = {
  square_hd: { width: 1024, height: 1024 },
  square: { width: 512, height: 512 },
  portrait_4_3: { width: 768, height: 1024 },
  portrait_16_9: { width: 576, height: 1024 },
  landscape_4_3: { width: 1024, height: 768 },
  landscape_16_9: { width: 1024, height: 576 },
} as const;

const presetNames = Object.keys(presets) as [keyof typeof presets, ...(keyof typeof presets)[]];

/** Bound of the published schema; the models' own, lower limits are not published. */
const side = z.int().min(1).max(14_142).default(512);
const imageSize = z.union([z.enum(presetNames), z.object({ width: side, height: side })]);

const common = z.object({
  prompt: z.string(),
  seed: z.int().nullish(),
  num_inference_steps: z.int().min(1).max(50).default(28),
  num_images: z.int().min(1).max(4).default(1),
  guidance_scale: z.number().min(0).max(35).default(3.5),
  image_size: imageSize.default('landscape_4_3'),
  output_format: z.enum(['jpeg', 'png']).default('jpeg'),
  enable_safety_checker: z.boolean().default(true),
  sync_mode: z.boolean().default(false),
});

const boundedLoras = { loras: z.array(z.object({ path: z.string(), scale: z.number().min(0).max(4).default(1) })).default([]) };
const imageToImage = { image_url: z.string(), strength: z.number().min(0.01).max(1).default(0.85), image_size: imageSize.optional() };
const modestAcceleration = { acceleration: z.enum(['none', 'regular']).default('none') };
const fullAcceleration = { acceleration: z.enum(['none', 'regular', 'high']).default('none') };

const fluxLora = common.extend({ ...boundedLoras, ...modestAcceleration });
const fluxBase = common.extend({ ...fullAcceleration, guidance_scale: z.number().min(1).max(20).default(3.5) });

const url = z.string();
const fraction = z.number().min(0).max(1);
const shift = z.number().min(0.01).max(5);
const controlModes = ['canny', 'tile', 'depth', 'blur', 'pose', 'gray', 'low-quality'] as const;
const conditioning = {
  conditioning_scale: z.number().min(0).max(2).default(1),
  start_percentage: fraction.optional(),
  end_percentage: fraction.optional(),
};

const fluxGeneral = common.extend({
  num_images: z.int().min(1).max(10).default(1),
  guidance_scale: z.number().min(0).max(20).default(3.5),
  output_format: z.enum(['jpeg', 'png']).default('png'),
  image_size: imageSize.optional(),
  loras: z
    .array(z.object({ path: z.string(), scale: z.union([z.number().min(-4).max(4), z.record(z.string(), z.unknown())]).default(1) }))
    .default([]),
  negative_prompt: z.string().default(''),
  use_real_cfg: z.boolean().optional(),
  real_cfg_scale: z.number().min(0).max(5).optional(),
  use_cfg_zero: z.boolean().optional(),
  nag_scale: z.number().gt(1).max(10).optional(),
  nag_tau: z.number().gt(0).optional(),
  nag_alpha: z.number().gt(0).max(1).optional(),
  nag_end: z.number().gt(0).max(1).optional(),
  scheduler: z.enum(['euler', 'dpmpp_2m']).optional(),
  use_beta_schedule: z.boolean().optional(),
  sigma_schedule: z.literal('sgm_uniform').nullish(),
  base_shift: shift.optional(),
  max_shift: shift.optional(),
  reference_image_url: url.optional(),
  reference_strength: z.number().min(-3).max(3).optional(),
  reference_start: fraction.optional(),
  reference_end: fraction.optional(),
  controlnets: z.array(z.object({ path: z.string(), control_image_url: url, ...conditioning })).optional(),
  controlnet_unions: z
    .array(
      z.object({
        path: z.string(),
        controls: z.array(z.object({ control_image_url: url, control_mode: z.enum(controlModes), ...conditioning })),
      }),
    )
    .optional(),
  control_loras: z
    .array(z.object({ path: z.string(), control_image_url: url, preprocess: z.enum(['canny', 'depth', 'None']).optional() }))
    .optional(),
  ip_adapters: z.array(z.object({ path: z.string(), image_encoder_path: z.string(), image_url: url, scale: z.number() })).optional(),
  easycontrols: z
    .array(
      z.object({
        control_method_url: url,
        image_url: url,
        image_control_type: z.enum(['subject', 'spatial']),
        scale: z.number().min(0).max(2).optional(),
      }),
    )
    .optional(),
});

/** What the simulator itself looks at in a valid input. */
type FalInput = Pick<z.infer<typeof common>, 'seed' | 'num_images' | 'output_format'> & {
  image_size?: z.infer<typeof imageSize> | undefined;
  loras?: { path: string; scale: unknown }[];
};

type Endpoint = {
  readonly input: z.ZodType<FalInput>;
  /** List price for a megapixel, begun ones counted whole; the two marked ones are assumed, for want of a published price. */
  readonly usdPerMegapixel: number;
};

export const falEndpoints: Readonly<Record<string, Endpoint>> = {
  'fal-ai/flux-lora': { input: fluxLora, usdPerMegapixel: 0.035 },
  'fal-ai/flux-lora/image-to-image': { input: fluxLora.extend(imageToImage), usdPerMegapixel: 0.035 },
  'fal-ai/flux-general': { input: fluxGeneral, usdPerMegapixel: 0.075 },
  'fal-ai/flux-general/image-to-image': { input: fluxGeneral.extend(imageToImage), usdPerMegapixel: 0.075 },
  'rundiffusion-fal/juggernaut-flux-lora': { input: fluxLora, usdPerMegapixel: 0.035 }, // assumed
  'rundiffusion-fal/rundiffusion-photo-flux': {
    input: common.extend({ ...boundedLoras, seed: z.int().optional(), photo_lora_scale: z.number().default(0.75) }),
    usdPerMegapixel: 0.045, // assumed to be meant per megapixel
  },
  'fal-ai/flux/dev': { input: fluxBase, usdPerMegapixel: 0.025 },
  'fal-ai/flux/schnell': { input: fluxBase.extend({ num_inference_steps: z.int().min(1).max(12).default(4) }), usdPerMegapixel: 0.003 },
};

type Size = { readonly width: number; readonly height: number };

/** Pixels of a size as sent; undefined for none. */
export function toPixels(size: z.infer<typeof imageSize> | undefined): Size | undefined {
  return typeof size === 'string' ? presets[size] : size;
}

/** Whole megapixels that one picture is billed as; 1024 × 1024 counts as one. */
export function billableMegapixels({ width, height }: Size): number {
  return Math.ceil((width * height) / 1024 ** 2);
}
