import { shortHash } from './condense.ts';
import { measurePicture } from './picture/picture.ts';

export type Reference = { readonly hash: string; readonly size: { readonly width: number; readonly height: number } | null };

/**
 * Looks at a picture that a request refers to: a data URI is decoded, `null` when it holds no picture; any other URL is taken at its word
 * and never fetched, so that the simulator needs no network.
 */
export async function readReference(url: string): Promise<Reference | null> {
  if (!url.startsWith('data:')) return URL.canParse(url) ? { hash: shortHash(url), size: null } : null;
  const [, base64 = ''] = url.split(';base64,', 2);
  return readReferenceBytes(Buffer.from(base64, 'base64'));
}

export async function readReferenceBytes(bytes: Uint8Array): Promise<Reference | null> {
  const size = await measurePicture(bytes);
  return size && { hash: shortHash(bytes), size };
}
