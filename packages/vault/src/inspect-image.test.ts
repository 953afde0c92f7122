import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { thumbHashToApproximateAspectRatio } from 'thumbhash';
import { describe, expect, it } from 'vitest';
import { inspectImage } from './inspect-image.ts';
import { picture } from './picture.fixture.ts';

const formats = ['png', 'jpeg', 'webp'] as const;
const refused = (reason: string) => expect.objectContaining({ name: 'UnreadableImageError', reason });

describe('inspecting a picture', () => {
  it.each(formats)('tells what a %s is', async (format) => {
    const bytes = await picture(format, 640, 320);
    expect(await inspectImage(bytes)).toMatchObject({
      contentType: `image/${format}`,
      width: 640,
      height: 320,
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      hasMetadata: false,
    });
  });

  it('makes a small WebP thumbnail in the same proportions', async () => {
    const { thumbnail } = await inspectImage(await picture('jpeg', 640, 320));
    expect(await sharp(thumbnail).metadata()).toMatchObject({ format: 'webp', width: 256, height: 128 });
  });

  it('does not enlarge a small picture', async () => {
    const { thumbnail } = await inspectImage(await picture('png', 7, 5));
    expect(await sharp(thumbnail).metadata()).toMatchObject({ width: 7, height: 5 });
  });

  it('makes a placeholder of a few bytes in about the same proportions', async () => {
    const { placeholder } = await inspectImage(await picture('jpeg', 640, 320));
    expect(placeholder.length).toBeLessThan(40);
    expect(thumbHashToApproximateAspectRatio(Buffer.from(placeholder, 'base64'))).toBeCloseTo(2, 0);
  });

  it('keeps transparency in the thumbnail', async () => {
    const background = { r: 200, g: 0, b: 0, alpha: 0.5 };
    const bytes = await sharp({ create: { width: 300, height: 300, channels: 4, background } })
      .png()
      .toBuffer();
    const { thumbnail } = await inspectImage(bytes);
    const [red, , , alpha] = await sharp(thumbnail).raw().toBuffer();
    expect(Math.abs(red! - 200)).toBeLessThan(8);
    expect(Math.abs(alpha! - 128)).toBeLessThan(8);
  });

  it.each(['b-w', 'rgb16', 'grey16'])('reads the colour space %s', async (space) => {
    const bytes = await sharp(await picture('png', 300))
      .toColourspace(space)
      .png()
      .toBuffer();
    expect(await inspectImage(bytes)).toMatchObject({ width: 300, height: 300 });
  });

  it('gives the measures as shown when the camera was held sideways', async () => {
    const bytes = await sharp(await picture('jpeg', 640, 320))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const inspected = await inspectImage(bytes);
    expect(inspected).toMatchObject({ width: 320, height: 640, hasMetadata: true });
    expect(await sharp(inspected.thumbnail).metadata()).toMatchObject({ width: 128, height: 256 });
  });

  it.each(formats)('sees metadata in a %s and keeps it out of the thumbnail', async (format) => {
    const bytes = await sharp(await picture(format, 64))
      .withExif({ IFD0: { Copyright: 'someone' }, IFD3: { GPSLatitudeRef: 'N' } })
      .toBuffer();
    const { hasMetadata, thumbnail } = await inspectImage(bytes);
    expect(hasMetadata).toBe(true);
    expect((await inspectImage(thumbnail)).hasMetadata).toBe(false);
  });

  it('sees a prompt written into a PNG', async () => {
    const bytes = await picture('png', 64);
    const text = Buffer.from('tEXtparameters\0a cat on a mat');
    const chunk = Buffer.alloc(text.length + 8);
    chunk.writeUInt32BE(text.length - 4);
    text.copy(chunk, 4);
    chunk.writeUInt32BE(crc32(text), text.length + 4);
    const behindHeader = 33;
    const annotated = Buffer.concat([bytes.subarray(0, behindHeader), chunk, bytes.subarray(behindHeader)]);
    expect((await inspectImage(annotated)).hasMetadata).toBe(true);
  });
});

describe('what is refused', () => {
  it('nothing at all', async () => {
    await expect(inspectImage(new Uint8Array())).rejects.toEqual(refused('empty'));
  });

  it.each([
    ['HTML', '<!doctype html><script>alert(1)</script>'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
    ['GIF', 'GIF89a\x01\0\x01\0\0\0\0;'],
    ['AVIF', '\0\0\0\x20ftypavif\0\0\0\0'],
    ['a WAV file', 'RIFF\x24\0\0\0WAVEfmt '],
    ['three bytes', '\x89PN'],
  ])('%s', async (_, text) => {
    await expect(inspectImage(Buffer.from(text, 'latin1'))).rejects.toEqual(refused('unsupported-type'));
  });

  it('an animation', async () => {
    const frames = [await picture('png', 20), await picture('png', 20)];
    const bytes = await sharp(frames, { join: { animated: true } })
      .webp()
      .toBuffer();
    await expect(inspectImage(bytes)).rejects.toEqual(refused('unsupported-type'));
  });

  it('a signature with nothing behind it', async () => {
    await expect(inspectImage(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))).rejects.toEqual(refused('undecodable'));
  });

  it('few bytes that unpack to very many pixels', async () => {
    const bytes = await sharp({ create: { width: 4097, height: 4096, channels: 3, background: 'red' } })
      .png({ palette: true, effort: 1 })
      .toBuffer();
    expect(bytes.length).toBeLessThan(100_000);
    await expect(inspectImage(bytes)).rejects.toEqual(refused('too-large'));
  });

  it('more than 50 MB', async () => {
    const bytes = Buffer.concat([await picture('png', 8), Buffer.alloc(50_000_000)]);
    await expect(inspectImage(bytes)).rejects.toEqual(refused('too-large'));
  });

  const sizes = [
    [1024, 1024],
    [1023, 517],
    [257, 64],
    [64, 300],
  ] as const;
  describe.each(formats)('a %s that is cut', (format) => {
    it.each(sizes)('at %i × %i', async (width, height) => {
      const bytes = await picture(format, width, height);
      await inspectImage(bytes);
      const lengths = [bytes.length * 0.5, bytes.length * 0.9, bytes.length - 200, bytes.length - 20].map(Math.floor);
      for (const length of lengths) await expect(inspectImage(bytes.subarray(0, length))).rejects.toEqual(refused('undecodable'));
    });
  });

  it('an interlaced PNG or progressive JPEG that is cut', async () => {
    const noise = await picture('png', 500);
    for (const bytes of [
      await sharp(noise).png({ progressive: true }).toBuffer(),
      await sharp(noise).jpeg({ progressive: true }).toBuffer(),
    ]) {
      await inspectImage(bytes);
      await expect(inspectImage(bytes.subarray(0, bytes.length - 200))).rejects.toEqual(refused('undecodable'));
    }
  });

  it('a PNG with a single bit turned over', async () => {
    const bytes = await picture('png', 500);
    const middle = bytes.length >> 1;
    bytes[middle] = bytes[middle]! ^ 1;
    await expect(inspectImage(bytes)).rejects.toEqual(refused('undecodable'));
  });

  it.each(['png', 'jpeg'] as const)('a %s with other bytes in its middle', async (format) => {
    const bytes = await picture(format, 500);
    bytes.fill('ffd9', bytes.length >> 1, (bytes.length >> 1) + 64, 'hex');
    await expect(inspectImage(bytes)).rejects.toEqual(refused('undecodable'));
  });
});
