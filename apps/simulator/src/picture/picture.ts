import sharp from 'sharp';
import { paintRaster } from './raster.ts';

// One picture uses one core: several requests share the machine better than one picture does.
sharp.concurrency(1);

export const pictureFormats = ['png', 'jpeg', 'webp'] as const;
type PictureFormat = (typeof pictureFormats)[number];

/** All that a picture depends on. Equal specs give equal bytes. */
export type PictureSpec = {
  readonly model: string;
  readonly prompt: string;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly loras: readonly { readonly path: string; readonly scale: unknown }[];
  /** Short hash of the reference images. */
  readonly reference: string | null;
  /** Which picture of its request, from 0. */
  readonly index: number;
  readonly format: PictureFormat;
  /** 0–100, for JPEG and WebP. */
  readonly quality: number;
  /** What a safety checker hands out instead of a flagged picture. */
  readonly black?: boolean;
  /** Only discs and words are opaque. */
  readonly transparent?: boolean;
  /** Each step halves the number of dots: an unfinished picture. */
  readonly coarseness?: number;
};

/** Encodes the picture of a spec, as large as the spec says. */
export function renderPicture(spec: PictureSpec): Promise<Buffer> {
  const { data, width, height, channels } = paintRaster(spec);
  const scaled = sharp(data, { raw: { width, height, channels } }).resize(spec.width, spec.height, { kernel: 'nearest', fit: 'fill' });
  if (spec.format === 'png') return scaled.png({ compressionLevel: 3, adaptiveFiltering: false }).toBuffer();
  if (spec.format === 'webp') return scaled.webp({ quality: spec.quality, effort: 0 }).toBuffer();
  return scaled.jpeg({ quality: Math.max(1, spec.quality) }).toBuffer();
}

/** Size of an encoded picture; null when the bytes are none that can be read. */
export async function measurePicture(bytes: Uint8Array): Promise<{ width: number; height: number } | null> {
  try {
    const { width, height } = await sharp(bytes).metadata();
    return { width, height };
  } catch {
    return null;
  }
}
