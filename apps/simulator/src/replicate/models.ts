import * as z from 'zod';

/** Pixels of one megapixel in each aspect ratio (cog-flux, `predict.py`). */
const pixelsOfRatio = {
  '1:1': [1024, 1024],
  '16:9': [1344, 768],
  '21:9': [1536, 640],
  '3:2': [1216, 832],
  '2:3': [832, 1216],
  '4:5': [896, 1088],
  '5:4': [1088, 896],
  '3:4': [896, 1152],
  '4:3': [1152, 896],
  '9:16': [768, 1344],
  '9:21': [640, 1536],
} as const;

const ratios = Object.keys(pixelsOfRatio) as [keyof typeof pixelsOfRatio, ...(keyof typeof pixelsOfRatio)[]];

const common = z.strictObject({
  prompt: z.string(),
  aspect_ratio: z.enum(ratios).default('1:1'),
  num_outputs: z.int().min(1).max(4).default(1),
  num_inference_steps: z.int().min(1).max(50).default(28),
  seed: z.int().nullish(),
  output_format: z.enum(['webp', 'jpg', 'png']).default('webp'),
  output_quality: z.int().min(0).max(100).default(80),
  disable_safety_checker: z.boolean().default(false),
});

const official = { go_fast: z.boolean().default(true), megapixels: z.enum(['1', '0.25']).default('1') };
const imageToImage = { image: z.string().nullish(), prompt_strength: z.number().min(0).max(1).default(0.8) };
const loraScale = z.number().min(-1).max(3).default(1);

const fluxDev = common.extend({ ...official, ...imageToImage, guidance: z.number().min(0).max(10).default(3) });
const fluxSchnell = common.extend({ ...official, num_inference_steps: z.int().min(1).max(4).default(4) });
const fluxDevLora = fluxDev.extend({
  lora_weights: z.string().nullish(),
  lora_scale: loraScale,
  extra_lora: z.string().nullish(),
  extra_lora_scale: loraScale,
  hf_api_token: z.string().nullish(),
  civitai_api_token: z.string().nullish(),
});
const fluxDevMultiLora = common.extend({
  ...imageToImage,
  guidance_scale: z.number().min(0).max(10).default(3.5),
  hf_loras: z.array(z.string()).nullish(),
  lora_scales: z.array(z.number()).nullish(),
});

/** Price of a run that made `pictures` in `seconds` of work. */
type Price = (run: { pictures: number; seconds: number }) => number;

const perPicture =
  (usd: number): Price =>
  ({ pictures }) =>
    pictures * usd;

type Model = { readonly input: z.ZodType<z.infer<typeof common>>; readonly price: Price; readonly isOfficial: boolean };

const usdPerSecondOfL40s = 0.000975;

export const replicateModels: Readonly<Record<string, Model>> = {
  'black-forest-labs/flux-dev-lora': { input: fluxDevLora, price: perPicture(0.032), isOfficial: true },
  'black-forest-labs/flux-dev': { input: fluxDev, price: perPicture(0.025), isOfficial: true },
  'black-forest-labs/flux-schnell': { input: fluxSchnell, price: perPicture(0.003), isOfficial: true },
  'lucataco/flux-dev-multi-lora': { input: fluxDevMultiLora, price: ({ seconds }) => seconds * usdPerSecondOfL40s, isOfficial: false },
};

const communityModel = 'lucataco/flux-dev-multi-lora';

/**
 * The model that a `version` names: `owner/name` (official models only), `owner/name:<64 hex digits>` or the 64 digits alone, which here
 * always mean the one community model. Undefined: no such version.
 */
export function resolveVersion(version: string): { model: string; version: string | null } | undefined {
  if (/^[0-9a-f]{64}$/.test(version)) return { model: communityModel, version };
  const [name = '', hash] = version.split(':', 2);
  const model = Object.hasOwn(replicateModels, name) ? replicateModels[name] : undefined;
  if (!model || (hash === undefined ? !model.isOfficial : !/^[0-9a-f]{64}$/.test(hash))) return undefined;
  return { model: name, version: model.isOfficial ? null : (hash ?? null) };
}

/** Pixels of an input; a quarter megapixel halves both sides. */
export function pixelsOf(input: { aspect_ratio: keyof typeof pixelsOfRatio; megapixels?: unknown }): { width: number; height: number } {
  const [width, height] = pixelsOfRatio[input.aspect_ratio];
  return input.megapixels === '0.25' ? { width: width / 2, height: height / 2 } : { width, height };
}

/** The LoRAs of an input, whichever way its model names them. One scale given to the multi-LoRA model applies to all, none means 0.8. */
export function lorasOf(input: Readonly<Record<string, unknown>>): { path: string; scale: number }[] {
  if (Array.isArray(input.hf_loras)) {
    const scales = Array.isArray(input.lora_scales) ? (input.lora_scales as number[]) : [];
    const scaleAt = (index: number) => (scales.length === 1 ? scales[0] : scales[index]) ?? 0.8;
    return (input.hf_loras as string[]).map((path, index) => ({ path, scale: scaleAt(index) }));
  }
  const pairs = [
    [input.lora_weights, input.lora_scale],
    [input.extra_lora, input.extra_lora_scale],
  ];
  return pairs.flatMap(([path, scale]) => (typeof path === 'string' ? [{ path, scale: typeof scale === 'number' ? scale : 1 }] : []));
}
