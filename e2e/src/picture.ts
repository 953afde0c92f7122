import { createHash } from 'node:crypto';
import sharp from 'sharp';

export type Picture = { format: string; width: number; height: number; sha256: string; sizeBytes: number };

/** Decodes to the last row; throws for a picture that is not whole. */
export async function decodePicture(bytes: Uint8Array): Promise<Picture> {
  const decoder = sharp(bytes, { failOn: 'warning' });
  const [{ format }, { info }] = await Promise.all([decoder.metadata(), decoder.clone().raw().toBuffer({ resolveWithObject: true })]);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { format, width: info.width, height: info.height, sha256, sizeBytes: bytes.byteLength };
}

/** Fetches without credentials, as an `<img>` does, and decodes. */
export async function fetchPicture(url: string): Promise<Picture> {
  const answer = await fetch(url);
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
  return decodePicture(new Uint8Array(await answer.arrayBuffer()));
}

/** A small picture to change, as a data URL. */
export async function referencePicture(): Promise<string> {
  const background = { r: 200, g: 80, b: 40 };
  const bytes = await sharp({ create: { width: 320, height: 256, channels: 3, background } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${bytes.toString('base64')}`;
}
