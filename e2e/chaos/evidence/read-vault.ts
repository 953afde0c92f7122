import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { GenerationRow, PictureFacts } from './evidence.ts';

/** Decodes every picture that a generation names, to its last row, and counts those that none does. */
export async function readVault(
  vaultDir: string,
  generations: readonly GenerationRow[],
): Promise<{ pictures: Record<string, PictureFacts>; orphans: number }> {
  const named = new Set(generations.flatMap(({ images }) => images.map(({ sha256 }) => sha256)));
  const pictures: Record<string, PictureFacts> = {};
  for (const sha256 of named) pictures[sha256] = await inspect(join(vaultDir, sha256.slice(0, 2), sha256.slice(2, 4), sha256), sha256);
  const files = await readdir(vaultDir, { recursive: true });
  const objects = files.map((file) => file.split('/').at(-1) ?? '').filter((name) => /^[0-9a-f]{64}$/.test(name));
  return { pictures, orphans: objects.filter((name) => !named.has(name)).length };
}

async function inspect(path: string, sha256: string): Promise<PictureFacts> {
  try {
    const bytes = await readFile(path);
    const problem = createHash('sha256').update(bytes).digest('hex') === sha256 ? null : 'its bytes have another SHA-256';
    const { info } = await sharp(bytes, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true });
    return { problem, width: info.width, height: info.height };
  } catch (error) {
    return { problem: String(error), width: 0, height: 0 };
  }
}
