import { ProviderError } from '@imagegen/worker/provider-error';
import { FormData } from 'undici';
import * as z from 'zod';

const picture = /^data:(image\/(png|jpeg|webp));base64,/;

const editSchema = z.object({
  images: z
    .array(z.object({ image_url: z.string().regex(picture) }))
    .min(1)
    .max(16),
});

/** Part of the JSON form of an edit only. `auto`, which is what we send, is what the form means without it. */
const jsonOnly: ReadonlySet<string> = new Set(['images', 'moderation']);

/**
 * The multipart form of `POST /images/edits`, which is how OpenAI's own clients send it, from the JSON form with its pictures as data URLs:
 * one goes into `image`, several into `image[]` each. Throws ProviderError when a picture is not there as PNG, JPEG or WebP.
 */
export function toEditForm(body: Readonly<Record<string, unknown>>): FormData {
  const parsed = editSchema.safeParse(body);
  if (!parsed.success)
    throw new ProviderError('invalid-request', 'The reference image must be a PNG, JPEG or WebP picture.', { billed: 'no' });
  const { images } = parsed.data;
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) if (!jsonOnly.has(name)) form.append(name, String(value));
  for (const [index, { image_url: url }] of images.entries()) form.append(images.length === 1 ? 'image' : 'image[]', toFile(url, index));
  return form;
}

function toFile(dataUrl: string, index: number): File {
  const [prefix = '', type = '', extension = ''] = picture.exec(dataUrl) ?? [];
  return new File([Buffer.from(dataUrl.slice(prefix.length), 'base64')], `image-${index + 1}.${extension}`, { type });
}
