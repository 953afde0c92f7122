import type { Answer } from '../answer.ts';
import { type Reference, readReference, readReferenceBytes } from '../reference-image.ts';
import { invalidRequest } from './errors.ts';
import { formEditSchema, jsonEditSchema, type Order, parseOrder } from './inputs.ts';

const largestImageBytes = 50 * 1024 ** 2;
const numberFields = ['n', 'output_compression', 'partial_images'];

export type Edit = { readonly order: Order; readonly input: Readonly<Record<string, unknown>>; readonly references: readonly Reference[] };

const unreadable = invalidRequest('Invalid image file or mode for image, please check your image file.', 'invalid_image_file', 'image');
const maskMismatch = invalidRequest('Invalid mask image format - mask size does not match image size', 'invalid_mask_image_format', 'mask');

/** Reads the JSON form of an edit: pictures as URLs or data URIs. */
export async function readJsonEdit(body: unknown): Promise<Edit | Answer> {
  const parsed = parseOrder(jsonEditSchema, body);
  if ('refused' in parsed) return parsed.refused;
  const { images, mask } = parsed.input;
  const all = mask ? [...images, mask] : images;
  if (all.some(({ image_url: url }) => url === undefined)) return invalidRequest('No such File object.', 'file_not_found', 'images');
  const read = await Promise.all(all.map(({ image_url: url = '' }) => readReference(url)));
  return withReferences({ order: parsed.order, input: parsed.input }, read, mask !== undefined);
}

/** Reads the multipart form of an edit: one file `image` or several `image[]`, perhaps a `mask`, all else as text. */
export async function readFormEdit(form: FormData): Promise<Edit | Answer> {
  const images = [...form.getAll('image'), ...form.getAll('image[]')];
  const masks = form.getAll('mask');
  const fields = [...form].filter(([name]) => !['image', 'image[]', 'mask'].includes(name));
  const body = Object.fromEntries(fields.map(([name, value]) => [name, typeof value === 'string' ? fromText(name, value) : 'a file']));
  const parsed = parseOrder(formEditSchema, body);
  if ('refused' in parsed) return parsed.refused;
  if (images.length === 0) return invalidRequest("Missing required parameter: 'image'.", 'missing_required_parameter', 'image');
  if (images.length > 16)
    return invalidRequest("Invalid 'image': array too long. Expected an array with maximum length 16.", 'array_above_max_length', 'image');
  const files = [...images, ...masks.slice(0, 1)];
  const read = await Promise.all(files.map((file) => readFile(file)));
  const input = { ...parsed.input, image: read.slice(0, images.length).map((reference) => `sha256:${reference?.hash}`) };
  return withReferences({ order: parsed.order, input }, read, masks.length > 0);
}

/** Checks the pictures of an edit; the last one is the mask if there is one. */
function withReferences(edit: Omit<Edit, 'references'>, read: readonly (Reference | null)[], hasMask: boolean): Edit | Answer {
  const references = read.filter((reference) => reference !== null);
  if (references.length < read.length) return unreadable;
  const [first, mask] = [references[0]?.size, hasMask ? references.at(-1)?.size : undefined];
  if (first && mask && (first.width !== mask.width || first.height !== mask.height)) return maskMismatch;
  return { ...edit, references };
}

async function readFile(file: File | string): Promise<Reference | null> {
  if (typeof file === 'string' || file.size > largestImageBytes) return null;
  return readReferenceBytes(new Uint8Array(await file.arrayBuffer()));
}

function fromText(name: string, text: string): unknown {
  if (numberFields.includes(name)) return /^-?\d+$/.test(text) ? Number(text) : text;
  if (name === 'stream') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}
