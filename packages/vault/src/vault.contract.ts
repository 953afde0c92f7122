import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ImageContentType } from './image-content-type.ts';
import { UnsatisfiableRangeError, type Vault, vaultKey } from './vault.ts';

const signatures: Record<ImageContentType, string> = {
  'image/png': '\x89PNG\r\n\x1a\n',
  'image/jpeg': '\xff\xd8\xff\xe0',
  'image/webp': 'RIFF\x00\x00\x00\x00WEBP',
};

function pictureOf(sizeBytes: number, contentType: ImageContentType = 'image/png') {
  const bytes = randomBytes(sizeBytes);
  bytes.write(signatures[contentType], 'latin1');
  return { bytes, key: vaultKey(createHash('sha256').update(bytes).digest('hex')) };
}

/** What every kind of vault must do; `open` gives an empty one. */
export function describeVault(kind: string, open: () => Promise<Vault>): void {
  describe(`a vault on ${kind}`, () => {
    let vault: Vault;
    const read = async (...args: Parameters<Vault['open']>) => {
      const object = await vault.open(...args);
      return object && { ...object, stream: undefined, bytes: await buffer(object.stream) };
    };
    beforeAll(async () => {
      vault = await open();
    });

    it.each(['image/png', 'image/jpeg', 'image/webp'] as const)('gives back what was put, and that it is %s', async (contentType) => {
      const { key, bytes } = pictureOf(1_000, contentType);
      await vault.put(key, bytes, contentType);
      expect(await read(key)).toEqual({ sizeBytes: 1_000, range: { start: 0, end: 999 }, contentType, bytes });
      expect(await vault.has(key)).toBe(true);
    });

    it('keeps a thumbnail apart from its picture', async () => {
      const picture = pictureOf(500);
      const thumbnail = pictureOf(50, 'image/webp');
      const thumbnailKey = vaultKey(`${picture.key}.thumb`);
      await vault.put(thumbnailKey, thumbnail.bytes, 'image/webp');
      expect(await vault.has(picture.key)).toBe(false);
      await vault.put(picture.key, picture.bytes, 'image/png');
      expect((await read(thumbnailKey))?.bytes).toEqual(thumbnail.bytes);
      expect((await read(picture.key))?.bytes).toEqual(picture.bytes);
    });

    it('knows nothing of a key that was never put', async () => {
      const { key } = pictureOf(100);
      expect(await vault.open(key)).toBeNull();
      expect(await vault.open(key, { start: 10 })).toBeNull();
      expect(await vault.has(key)).toBe(false);
      await vault.remove(key);
    });

    it('refuses bytes that are not what they are said to be', async () => {
      const { key, bytes } = pictureOf(100, 'image/webp');
      await expect(vault.put(key, bytes, 'image/png')).rejects.toThrow(TypeError);
      expect(await vault.has(key)).toBe(false);
    });

    it('removes for good, and takes the same picture again', async () => {
      const { key, bytes } = pictureOf(100);
      await vault.put(key, bytes, 'image/png');
      await vault.remove(key);
      expect(await vault.open(key)).toBeNull();
      await vault.put(key, bytes, 'image/png');
      expect((await read(key))?.bytes).toEqual(bytes);
    });

    it('takes fifty puts of one key at once', async () => {
      const { key, bytes } = pictureOf(100_000);
      await Promise.all(Array.from({ length: 50 }, () => vault.put(key, bytes, 'image/png')));
      expect((await read(key))?.bytes.equals(bytes)).toBe(true);
    });

    it('lets readers see all of an object or nothing while it is put', async () => {
      const { key, bytes } = pictureOf(2_000_000);
      const putting = vault.put(key, bytes, 'image/png');
      const seen = await Promise.all(Array.from({ length: 20 }, () => read(key)));
      await putting;
      for (const object of seen) expect(object === null || object.bytes.equals(bytes)).toBe(true);
    });

    it('serves the wanted bytes only', async () => {
      const { key, bytes } = pictureOf(1_000);
      await vault.put(key, bytes, 'image/png');
      const whole = { sizeBytes: 1_000, contentType: 'image/png' };
      expect(await read(key, { start: 0, end: 1 })).toEqual({ ...whole, range: { start: 0, end: 1 }, bytes: bytes.subarray(0, 2) });
      expect(await read(key, { start: 10, end: 19 })).toEqual({ ...whole, range: { start: 10, end: 19 }, bytes: bytes.subarray(10, 20) });
      expect(await read(key, { start: 990 })).toEqual({ ...whole, range: { start: 990, end: 999 }, bytes: bytes.subarray(990) });
      expect(await read(key, { start: 990, end: 5_000 })).toEqual({
        ...whole,
        range: { start: 990, end: 999 },
        bytes: bytes.subarray(990),
      });
    });

    it('tells the size when a range begins behind the end', async () => {
      const { key, bytes } = pictureOf(1_000);
      await vault.put(key, bytes, 'image/png');
      await expect(vault.open(key, { start: 1_000 })).rejects.toEqual(new UnsatisfiableRangeError(1_000));
    });

    it.each([{ start: -1 }, { start: 0.5 }, { start: 5, end: 4 }, { start: 0, end: Number.NaN }])('refuses the range %j', async (range) => {
      const { key, bytes } = pictureOf(100);
      await vault.put(key, bytes, 'image/png');
      await expect(vault.open(key, range)).rejects.toThrow(RangeError);
    });

    it('keeps 20 MB', async () => {
      const { key, bytes } = pictureOf(20_000_000);
      await vault.put(key, bytes, 'image/png');
      expect((await read(key))?.bytes.equals(bytes)).toBe(true);
    });

    it('lets a reader leave early', async () => {
      const { key, bytes } = pictureOf(1_000_000);
      await vault.put(key, bytes, 'image/png');
      (await vault.open(key))?.stream.destroy();
      expect((await read(key))?.sizeBytes).toBe(1_000_000);
    });

    it('lists everything once, in order and in pages, with when it was last put', async () => {
      const pictures = Array.from({ length: 30 }, () => pictureOf(50));
      await Promise.all(pictures.map(({ key, bytes }) => vault.put(key, bytes, 'image/png')));
      for (const { key } of pictures.slice(0, 1)) await vault.remove(key);
      const listed: { key: string; storedAt: Date }[] = [];
      for (let after: string | null = null, more = true; more; more = after !== null) {
        const page = await vault.list(after, 10);
        listed.push(...page.objects);
        after = page.next;
      }
      const keys = listed.map(({ key }) => key);
      expect(keys).toEqual([...new Set(keys)].toSorted());
      expect(pictures.map(({ key }) => keys.includes(key))).toEqual(pictures.map((_, index) => index > 0));
      for (const { storedAt } of listed) expect(Math.abs(Date.now() - storedAt.getTime())).toBeLessThan(60_000);
    });

    it('is ready', async () => {
      await vault.check();
    });
  });
}
