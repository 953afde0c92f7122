import { decoded, openPicture } from './open-picture.ts';

type Encoding = {
  format: 'jpeg' | 'png' | 'webp';
  /** 1 to 100; PNG is lossless and ignores it. */
  quality: number;
};

/**
 * The picture upright, in sRGB, without any metadata, in the wanted format; the same bytes in give the same bytes out.
 * JPEG has no transparency: what shines through is white. Throws UnreadableImageError as `inspectImage` does.
 */
export async function transcodeImage(bytes: Uint8Array, { format, quality }: Encoding): Promise<Buffer> {
  const { decoder } = await openPicture(bytes);
  switch (format) {
    case 'jpeg':
      return decoded(decoder.flatten({ background: 'white' }).jpeg({ quality }).toBuffer());
    case 'png':
      return decoded(decoder.png().toBuffer());
    case 'webp':
      // Effort 4, the default, takes twice the time of 2 for files of the same size.
      return decoded(decoder.webp({ quality, effort: 2 }).toBuffer());
  }
}
