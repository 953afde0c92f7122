import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createGallery } from './gallery.ts';
import { measurePicture, type PictureSpec, pictureFormats, renderPicture } from './picture.ts';

const fox: PictureSpec = {
  model: 'fal-ai/flux-lora',
  prompt: 'a red fox in the snow',
  seed: 1,
  width: 320,
  height: 192,
  loras: [],
  reference: null,
  index: 0,
  format: 'png',
  quality: 90,
};

describe('a picture', () => {
  it.each(pictureFormats)('is the same bytes each time, as %s', async (format) => {
    expect(await renderPicture({ ...fox, format })).toEqual(await renderPicture({ ...fox, format }));
  });

  it.each<[string, Partial<PictureSpec>]>([
    ['seed', { seed: 2 }],
    ['prompt', { prompt: 'a red fox in the sand' }],
    ['model', { model: 'fal-ai/flux-general' }],
    ['LoRA', { loras: [{ path: 'https://example.com/a.safetensors', scale: 1 }] }],
    ['number in its request', { index: 1 }],
    ['reference', { reference: 'abc' }],
  ])('is another one for another %s', async (_what, change) => {
    expect(await renderPicture({ ...fox, ...change })).not.toEqual(await renderPicture(fox));
  });

  it('has the asked size and format, however odd', async () => {
    for (const format of pictureFormats) {
      const { width, height, format: actual } = await sharp(await renderPicture({ ...fox, width: 1000, height: 37, format })).metadata();
      expect({ width, height, actual }).toEqual({ width: 1000, height: 37, actual: format });
    }
  });

  it('shows words as light dots on a dark band', async () => {
    const { data, info } = await sharp(await renderPicture(fox))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const bottom = data.subarray(data.length - info.width * info.channels * 40);
    const light = [...bottom].filter((value) => value === 245).length;
    expect(light).toBeGreaterThan(500);
  });

  it('is all black when a safety checker took it away', async () => {
    const { channels } = await sharp(await renderPicture({ ...fox, black: true })).stats();
    expect(channels.map(({ max }) => max)).toEqual([0, 0, 0]);
  });

  it('can have a background that is not there', async () => {
    expect((await sharp(await renderPicture({ ...fox, transparent: true })).stats()).isOpaque).toBe(false);
  });
});

describe('measuring', () => {
  it('finds the size of a picture and none in other bytes', async () => {
    expect(await measurePicture(await renderPicture(fox))).toEqual({ width: 320, height: 192 });
    expect(await measurePicture(Buffer.from('no picture'))).toBeNull();
  });
});

describe('the gallery', () => {
  it('keeps what was used last, within its bytes', async () => {
    const sizeBytes = (await renderPicture(fox)).length;
    const gallery = createGallery(Math.round(sizeBytes * 2.5));
    const first = await gallery.picture(fox);
    expect(await gallery.picture(fox)).toBe(first);
    for (const seed of [2, 3, 4]) await gallery.picture({ ...fox, seed });
    expect(await gallery.picture(fox)).not.toBe(first);
  });
});
