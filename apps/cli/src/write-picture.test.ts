import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writePicture } from './write-picture.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'imagegen-out-'));
});
afterAll(() => rm(directory, { recursive: true }));

it('gives every picture a file of its own, also when they are written at once', async () => {
  const picture = { prompt: 'a fox', seed: 7, contentType: 'image/png' };
  const paths = await Promise.all([1, 2, 3].map((byte) => writePicture(directory, Uint8Array.of(byte), picture)));
  expect(new Set(paths).size).toBe(3);
  expect(await readdir(directory)).toHaveLength(3);
  expect(await Promise.all(paths.map(async (path) => (await readFile(path))[0]))).toEqual([1, 2, 3]);
});

it('says when the folder is not there', async () => {
  await expect(
    writePicture(join(directory, 'missing'), Uint8Array.of(1), { prompt: 'x', seed: 1, contentType: 'image/png' }),
  ).rejects.toThrow('ENOENT');
});
