import { generationInputSchema } from '@imagegen/core/generation/input';
import * as z from 'zod';

/** Legacy callers send "" and "None" for what they do not mean. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === 'None';
}

const numeric = /^\s*-?\d+(\.\d+)?\s*$/;

/** "40" is 40; whatever does not look like a number stays as it is, for the schema to refuse. */
export function toNumber(value: unknown): unknown {
  return typeof value === 'string' && numeric.test(value) ? Number(value) : value;
}

function toBoolean(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const word = value.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : value;
}

const unwrapped = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional ? unwrapped(schema.def.innerType as z.ZodType) : schema;
const isOf = (type: typeof z.ZodNumber | typeof z.ZodBoolean) =>
  new Set(
    Object.entries(generationInputSchema.shape)
      .filter(([, schema]) => unwrapped(schema) instanceof type)
      .map(([name]) => name),
  );
const numbers = isOf(z.ZodNumber);
const booleans = isOf(z.ZodBoolean);

/** The value of a canonical field out of what a legacy caller writes for it. */
export function coerce(name: string, value: unknown): unknown {
  if (numbers.has(name)) return toNumber(value);
  if (booleans.has(name)) return toBoolean(value);
  if (name === 'format') return value === 'jpg' ? 'jpeg' : value;
  if (name === 'dimensions' && typeof value === 'string') return value.replaceAll(' ', '');
  return value;
}

/** fal's, OpenAI's and the old endpoints' own names. */
export const fieldNames: Readonly<Record<string, string>> = {
  num_inference_steps: 'steps',
  guidance_scale: 'cfg_scale',
  cfg: 'cfg_scale',
  scheduler: 'sampler',
  output_format: 'format',
  n: 'num_images',
  batch_size: 'num_images',
  size: 'dimensions',
  image_url: 'reference_image',
  image: 'reference_image',
  init_image: 'reference_image',
  denoising_strength: 'strength',
  prompt_strength: 'strength',
};
