import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { inspectImage } from './inspect-image.ts';
import { picture } from './picture.fixture.ts';
import { transcodeImage } from './transcode-image.ts';

const formats = ['png', 'jpeg', 'webp'] as const;

describe('transcoding a picture', () => {
  describe.each(formats)('from %s', (from) => {
    it.each(formats)('to %s gives the same bytes each time', async (format) => {
      const bytes = await picture(from, 200, 100);
      const once = await transcodeImage(bytes, { format, quality: 80 });
      expect(await inspectImage(once)).toMatchObject({ contentType: `image/${format}`, width: 200, height: 100 });
      expect((await transcodeImage(bytes, { format, quality: 80 })).equals(once)).toBe(true);
    });
  });

  it.each(['jpeg', 'webp'] as const)('spends fewer bytes on a %s of lower quality', async (format) => {
    const bytes = await picture('png', 200);
    const [low, high] = await Promise.all([30, 95].map((quality) => transcodeImage(bytes, { format, quality })));
    expect(low!.length).toBeLessThan(high!.length);
  });

  it('loses nothing on the way to PNG, whatever the quality', async () => {
    const bytes = await picture('png', 100);
    const transcoded = await transcodeImage(bytes, { format: 'png', quality: 1 });
    expect((await sharp(transcoded).raw().toBuffer()).equals(await sharp(bytes).raw().toBuffer())).toBe(true);
  });

  it.each(formats)('leaves all metadata behind in a %s and turns it upright', async (format) => {
    const bytes = await sharp(await picture('jpeg', 200, 100))
      .withMetadata({ orientation: 6 })
      .withExif({ IFD3: { GPSLatitudeRef: 'N' } })
      .jpeg()
      .toBuffer();
    const transcoded = await transcodeImage(bytes, { format, quality: 80 });
    expect(await inspectImage(transcoded)).toMatchObject({ hasMetadata: false, width: 100, height: 200 });
  });

  it('puts white behind what is transparent in a JPEG', async () => {
    const bytes = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#0000' } })
      .png()
      .toBuffer();
    const pixels = await sharp(await transcodeImage(bytes, { format: 'jpeg', quality: 90 }))
      .raw()
      .toBuffer();
    expect(pixels.every((value) => value === 255)).toBe(true);
  });

  it('refuses what an inspection refuses', async () => {
    const bytes = await picture('png', 200);
    const cut = transcodeImage(bytes.subarray(0, bytes.length - 200), { format: 'jpeg', quality: 80 });
    await expect(cut).rejects.toMatchObject({ name: 'UnreadableImageError', reason: 'undecodable' });
  });
});
