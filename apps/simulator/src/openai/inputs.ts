import * as z from 'zod';
import type { Answer } from '../answer.ts';
import { invalidRequest, modelNotFound, openaiInvalid } from './errors.ts';
import { defaultOpenaiModel, openaiModels, qualitiesOf } from './models.ts';

const common = {
  model: z.string().nullish(),
  prompt: z.string().min(1).max(32_000),
  n: z.int().min(1).max(10).nullish(),
  size: z.string().nullish(),
  quality: z.enum(['auto', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  background: z.enum(['transparent', 'opaque', 'auto']).nullish(),
  output_format: z.enum(['png', 'jpeg', 'webp']).nullish(),
  output_compression: z.int().min(0).max(100).nullish(),
  stream: z.boolean().nullish(),
  partial_images: z.int().min(0).max(3).nullish(),
  user: z.string().optional(),
  safety_identifier: z.string().optional(),
};
const moderation = { moderation: z.enum(['low', 'auto']).nullish() };
const inputFidelity = { input_fidelity: z.enum(['high', 'low']).nullish() };

const imageReference = z.strictObject({ image_url: z.string().optional(), file_id: z.string().optional() });

export const generationSchema = z.strictObject({ ...common, ...moderation });
export const formEditSchema = z.strictObject({ ...common, ...inputFidelity });
export const jsonEditSchema = z.strictObject({
  ...common,
  ...moderation,
  ...inputFidelity,
  images: z.array(imageReference).min(1).max(16),
  mask: imageReference.optional(),
});

type Values = z.infer<z.ZodObject<typeof common>>;

/** A valid request, defaults filled in: what the answer echoes. */
export type Order = {
  readonly model: string;
  readonly prompt: string;
  readonly pictures: number;
  readonly size: { readonly width: number; readonly height: number };
  readonly quality: string;
  readonly background: 'transparent' | 'opaque';
  readonly format: 'png' | 'jpeg' | 'webp';
  readonly compression: number;
  readonly isStreamed: boolean;
  readonly partialPictures: number;
};

type Parsed<Input> = { readonly order: Order; readonly input: Input } | { readonly refused: Answer };

/** Holds a request against its schema, then against what its model can do. */
export function parseOrder<Input extends Values>(schema: z.ZodType<Input>, body: unknown): Parsed<Input> {
  const named = typeof body === 'object' && body !== null && 'model' in body ? body.model : undefined;
  if (typeof named === 'string' && !Object.hasOwn(openaiModels, named)) return { refused: modelNotFound(named) };
  const parsed = schema.safeParse(body, { reportInput: true });
  if (!parsed.success) return { refused: openaiInvalid(parsed.error) };
  const order = toOrder(parsed.data);
  return 'status' in order ? { refused: order } : { order, input: parsed.data };
}

function toOrder(values: Values & { input_fidelity?: 'low' | 'high' | null | undefined }): Order | Answer {
  const model = values.model ?? defaultOpenaiModel;
  const size = readSize(values.size ?? 'auto', openaiModels[model]?.takesAnySize ?? false);
  if (typeof size === 'string') return invalidRequest(size, 'invalid_value', 'size');
  const quality = values.quality ?? 'auto';
  const qualities = ['auto', ...qualitiesOf(model)];
  if (!qualities.includes(quality)) {
    return invalidRequest(
      `Invalid value: '${quality}'. Supported values are: ${qualities.map((name) => `'${name}'`).join(', ')}.`,
      'invalid_value',
      'quality',
    );
  }
  const format = values.output_format ?? 'png';
  if (values.background === 'transparent' && format === 'jpeg') {
    return invalidRequest("Transparent background is not supported for the 'jpeg' output format.", 'invalid_value', 'background');
  }
  if (format === 'png' && (values.output_compression ?? 100) < 100) {
    return invalidRequest(
      'Compression less than 100 is not supported for PNG output format.',
      'invalid_png_output_compression',
      'output_compression',
    );
  }
  if (values.partial_images && !values.stream) {
    return invalidRequest("'partial_images' is only supported when 'stream' is true.", 'invalid_value', 'partial_images');
  }
  if (values.input_fidelity && !openaiModels[model]?.inputFidelity.includes(values.input_fidelity)) {
    return invalidRequest(
      `The model '${model}' does not support the 'input_fidelity' parameter with this value.`,
      'invalid_input_fidelity_model',
      'input_fidelity',
    );
  }
  return {
    model,
    prompt: values.prompt,
    pictures: values.n ?? 1,
    size,
    quality: quality === 'auto' ? 'medium' : quality,
    background: values.background === 'transparent' ? 'transparent' : 'opaque',
    format,
    compression: values.output_compression ?? 100,
    isStreamed: values.stream ?? false,
    partialPictures: values.partial_images ?? 0,
  };
}

const standardSizes = ['1024x1024', '1536x1024', '1024x1536'] as const;

/** Pixels of a `size`, or the sentence that refuses it. Limits: multiples of 16, ratio up to 3:1, 655,360 to 8,294,400 pixels, at most 3840 × 2160. */
function readSize(size: string, takesAny: boolean): { width: number; height: number } | string {
  if (size === 'auto') return { width: 1024, height: 1024 };
  const match = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(size);
  const isStandard = (standardSizes as readonly string[]).includes(size);
  if (!match || (!takesAny && !isStandard)) {
    return `Invalid value: '${size}'. Supported values are: ${standardSizes.map((name) => `'${name}'`).join(', ')}, and 'auto'.`;
  }
  const [width, height] = [Number(match[1]), Number(match[2])];
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const area = width * height;
  if (width % 16 !== 0 || height % 16 !== 0) return `Invalid size '${size}'. Width and height must both be divisible by 16.`;
  if (long > 3 * short) return `Invalid size '${size}'. The ratio of the longer to the shorter side must not exceed 3:1.`;
  if (area < 655_360 || area > 8_294_400 || long > 3840)
    return `Invalid size '${size}'. The number of pixels is outside the supported range.`;
  return { width, height };
}
