import type { GenerationOutput } from '@imagegen/client/procedure-types';
import { beforeAll, describe, expect, test } from 'vitest';
import { generate, uniquePrompt } from '../src/generate.ts';
import { type ErrorAnswer, openDoor } from '../src/http-door.ts';
import { decodePicture } from '../src/picture.ts';
import { sharedSystem } from '../src/shared-system.ts';

const door = openDoor(sharedSystem.gatewayUrl);
const bearer = { authorization: `Bearer ${door.key}` };

describe.concurrent('pictures', () => {
  let image: GenerationOutput['images'][number];
  beforeAll(async () => {
    image = (await generate(door, 'flux/standard', { prompt: uniquePrompt(), width: 640, height: 512, format: 'png' })).images[0]!;
  });

  test('the signed url needs no credentials', async () => {
    const answer = await fetch(image.url);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(image.bytes),
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      etag: `"${image.sha256}"`,
    });
    expect(await decodePicture(new Uint8Array(await answer.arrayBuffer()))).toMatchObject({ format: 'png', width: 640, height: 512 });
  });

  test('a signature is good for its picture and its end alone', async () => {
    const url = new URL(image.url);
    expect(Number(url.searchParams.get('expires'))).toBeGreaterThan(Date.now() / 1000 + 24 * 3600);
    const changes: ((altered: URL) => void)[] = [
      (altered) => altered.searchParams.set('expires', String(Number(url.searchParams.get('expires')) + 1)),
      (altered) => altered.searchParams.set('signature', 'AAAA'),
      (altered) => altered.searchParams.delete('signature'),
      (altered) => altered.searchParams.append('signature', 'x'),
      (altered) => {
        altered.pathname = altered.pathname.replace(image.sha256, '0'.repeat(64));
      },
      (altered) => {
        altered.pathname = `/images/${image.sha256}/thumb`;
      },
    ];
    for (const change of changes) {
      const altered = new URL(url);
      change(altered);
      expect([altered.href, (await fetch(altered)).status]).toEqual([altered.href, 401]);
    }
  });

  test('the permanent url needs the owner', async () => {
    const url = image.vault_url!;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: 'Bearer ig_dev_user2' } })).status).toBe(404);
    const answer = await fetch(url, { headers: bearer });
    expect((await decodePicture(new Uint8Array(await answer.arrayBuffer()))).sha256).toBe(image.sha256);
  });

  test('the thumbnail is a small WebP', async () => {
    const answer = await fetch(image.thumbnail_url);
    expect(answer.headers.get('content-type')).toBe('image/webp');
    expect(await decodePicture(new Uint8Array(await answer.arrayBuffer()))).toMatchObject({ format: 'webp', width: 256, height: 205 });
  });

  test('the same picture is not sent twice', async () => {
    for (const url of [image.url, image.vault_url!, image.thumbnail_url]) {
      const etag = (await fetch(url, { headers: bearer })).headers.get('etag')!;
      const again = await fetch(url, { headers: { ...bearer, 'if-none-match': etag } });
      expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0]);
      expect((await fetch(url, { headers: { ...bearer, 'if-none-match': '"other"' } })).status).toBe(200);
    }
  });

  test('HEAD answers as GET, without the picture', async () => {
    const answer = await fetch(image.url, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(image.bytes)]);
    expect((await answer.arrayBuffer()).byteLength).toBe(0);
  });

  test.each([
    ['bytes=0-99', 0, 100],
    ['bytes=100-', 100, undefined],
    ['bytes=5-5', 5, 6],
    ['bytes=10-999999999', 10, undefined],
  ])('Range %s', async (range, from, to) => {
    const whole = Buffer.from(await (await fetch(image.url)).arrayBuffer());
    const answer = await fetch(image.url, { headers: { range } });
    const part = whole.subarray(from, to);
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${from}-${from + part.length - 1}/${whole.length}`);
    expect(answer.headers.get('content-length')).toBe(String(part.length));
    expect(Buffer.from(await answer.arrayBuffer()).equals(part)).toBe(true);
  });

  test('a range behind the end is refused, one that cannot be read is ignored', async () => {
    const behind = await fetch(image.url, { headers: { range: `bytes=${image.bytes}-` } });
    expect([behind.status, behind.headers.get('content-range')]).toEqual([416, `bytes */${image.bytes}`]);
    for (const range of ['bytes=9-3', 'lines=1-2', 'bytes=a-b', 'bytes=0-1,3-4']) {
      expect([range, (await fetch(image.url, { headers: { range } })).status]).toEqual([range, 200]);
    }
  });

  test('a range of another version gets the whole picture', async () => {
    expect((await fetch(image.url, { headers: { range: 'bytes=0-9', 'if-range': '"other"' } })).status).toBe(200);
    expect((await fetch(image.url, { headers: { range: 'bytes=0-9', 'if-range': `"${image.sha256}"` } })).status).toBe(206);
  });

  test.each(['/images/', '/images/x', `/images/${'0'.repeat(64)}`, '/images/..%2f..%2fetc%2fpasswd', `/images/${'A'.repeat(64)}`])(
    'there is nothing at %s',
    async (path) => {
      const { status, body } = await door.get<ErrorAnswer>(path);
      expect([status, body.error.code]).toEqual([404, 'NOT_FOUND']);
    },
  );

  test('a picture that is not to be kept has no permanent url', async () => {
    const { images } = await generate(door, 'flux/standard', { prompt: uniquePrompt(), save_to_vault: false });
    expect(images[0]!.vault_url).toBeNull();
    expect((await fetch(images[0]!.url)).status).toBe(200);
  });
});
