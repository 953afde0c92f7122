import { hash } from 'node:crypto';
import sharp, { type OutputInfo } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { ImageContentType } from './image-content-type.ts';
import { decoded, openPicture } from './open-picture.ts';

export { UnreadableImageError } from './open-picture.ts';

const thumbnailPixels = 256;
const placeholderPixels = 32;

export type InspectedImage = {
  contentType: ImageContentType;
  /** Pixels as shown, that is after the EXIF orientation is applied. */
  width: number;
  height: number;
  sizeBytes: number;
  /** Lower-case hex: the picture's vault key. */
  sha256: string;
  /** EXIF, XMP, IPTC or PNG text is present. */
  hasMetadata: boolean;
  /** WebP, at most 256 pixels on the longer side, without metadata. */
  thumbnail: Buffer;
  /** ThumbHash in base64, about 28 characters: a blurred preview to show while the picture loads. */
  placeholder: string;
};

/**
 * The gate that every picture passes before it is kept and served: decodes it to its last row.
 * Throws UnreadableImageError with the reason `empty`, `unsupported-type` (not a single PNG, JPEG or WebP), `too-large` (more than 50 MB
 * or 4096² pixels) or `undecodable` (truncated or corrupt).
 */
export async function inspectImage(bytes: Uint8Array): Promise<InspectedImage> {
  const { decoder, ...facts } = await openPicture(bytes);
  // The one pass over the large picture. Decoding straight to a smaller scale still reads every coded byte, so damage is found all the same.
  const decoding = decoded(decoder.resize(boundedBy(thumbnailPixels)).raw().toBuffer({ resolveWithObject: true }));
  const sha256 = hash('sha256', bytes); // on this thread, while the decoder works on its own
  const raster = await decoding;
  const [thumbnail, placeholder] = await Promise.all([encodeThumbnail(raster), computePlaceholder(raster)]);
  return { ...facts, sizeBytes: bytes.byteLength, sha256, thumbnail, placeholder };
}

type Raster = { data: Buffer; info: OutputInfo };

function encodeThumbnail(raster: Raster): Promise<Buffer> {
  return fromRaster(raster).webp({ quality: 70, effort: 0 }).toBuffer();
}

async function computePlaceholder(raster: Raster): Promise<string> {
  const { data, info } = await fromRaster(raster)
    .resize(boundedBy(placeholderPixels))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}

function fromRaster({ data, info: { width, height, channels } }: Raster) {
  return sharp(data, { raw: { width, height, channels } });
}

function boundedBy(pixels: number) {
  return { width: pixels, height: pixels, fit: 'inside', withoutEnlargement: true } as const;
}
