import sharp, { type Sharp } from 'sharp';
import { detectContentType, type ImageContentType } from './image-content-type.ts';

// One picture, one core: throughput comes from several pictures at once. The operation cache would only keep dead pixels in memory.
sharp.concurrency(1);
sharp.cache(false);

const maxSizeBytes = 50_000_000;
const maxPixels = 4096 ** 2;

type UnreadableReason = 'empty' | 'unsupported-type' | 'too-large' | 'undecodable';

/** Bytes that are not a picture which may be kept and served. */
export class UnreadableImageError extends Error {
  override readonly name = 'UnreadableImageError';
  readonly reason: UnreadableReason;

  constructor(reason: UnreadableReason, options?: ErrorOptions) {
    super(`unreadable image: ${reason}`, options);
    this.reason = reason;
  }
}

type OpenedPicture = {
  contentType: ImageContentType;
  /** As shown, that is after the EXIF orientation is applied. */
  width: number;
  height: number;
  /** EXIF, XMP, IPTC or PNG text: places where a location, a device or a prompt may hide. */
  hasMetadata: boolean;
  /** Not yet run: turned upright, in sRGB; rejects truncated and corrupt data when it runs. */
  decoder: Sharp;
};

/**
 * Looks at size, signature and header only; the pixels are read when `decoder` runs, to be awaited through `decoded`.
 * Refuses what is no single PNG, JPEG or WebP picture of at most 50 MB and 4096² pixels with an UnreadableImageError.
 */
export async function openPicture(bytes: Uint8Array): Promise<OpenedPicture> {
  if (bytes.byteLength === 0) throw new UnreadableImageError('empty');
  if (bytes.byteLength > maxSizeBytes) throw new UnreadableImageError('too-large');
  const contentType = detectContentType(bytes);
  if (!contentType) throw new UnreadableImageError('unsupported-type');
  const header = await decoded(sharp(bytes, { limitInputPixels: false }).metadata());
  if (header.width * header.height > maxPixels) throw new UnreadableImageError('too-large');
  // The later pages of an animation would pass undecoded.
  if ((header.pages ?? 1) > 1) throw new UnreadableImageError('unsupported-type');
  return {
    contentType,
    width: header.autoOrient.width,
    height: header.autoOrient.height,
    hasMetadata: Boolean(header.exif || header.xmp || header.iptc || header.comments?.length),
    decoder: sharp(bytes, { failOn: 'warning', limitInputPixels: maxPixels, pages: 1 }).autoOrient().toColourspace('srgb'),
  };
}

/** Awaits the decoder's work; its failure is the picture's. */
export async function decoded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new UnreadableImageError('undecodable', { cause });
  }
}
