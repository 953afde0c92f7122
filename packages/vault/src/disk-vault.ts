import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, readFile, rename, unlink, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { detectContentType, signatureBytes } from './image-content-type.ts';
import {
  assertByteRange,
  assertContentType,
  type ByteRange,
  isVaultKey,
  UnsatisfiableRangeError,
  type Vault,
  type VaultKey,
  type VaultPage,
} from './vault.ts';

const hourMs = 3_600_000;

/**
 * Keeps objects as files `<dir>/ab/cd/<key>`.
 * Invariant: a file with its final name is complete and on the disk. It is written and fsynced under `<dir>/tmp`, renamed, and the folders
 * on the way to it are fsynced before `put` resolves. What a crash leaves in `tmp` is removed at a later open, an hour on.
 * The content type is read from the object's own first bytes.
 */
export async function openDiskVault(dir: string): Promise<Vault> {
  const root = resolve(dir);
  const unfinished = join(root, 'tmp');
  await mkdir(unfinished, { recursive: true });
  await removeOlderThanHour(unfinished);
  const pathOf = (key: VaultKey) => join(root, key.slice(0, 2), key.slice(2, 4), key);

  return {
    async put(key, bytes, contentType) {
      assertContentType(bytes, contentType);
      const path = pathOf(key);
      const folder = dirname(path);
      if ((await fileSizeBytes(path)) !== bytes.byteLength) {
        await mkdir(folder, { recursive: true });
        await writeThenRename(join(unfinished, randomUUID()), path, bytes);
      } else {
        const now = new Date();
        await utimes(path, now, now);
      }
      // Also when the file was there already: whoever renamed it may not have come to this line yet.
      await Promise.all([folder, dirname(folder), root].map(syncFolder));
    },

    async open(key, range) {
      const file = await absentAsNull(open(pathOf(key), constants.O_RDONLY | constants.O_NOFOLLOW));
      if (!file) return null;
      try {
        const contentType = detectContentType(await firstBytes(file));
        if (!contentType) throw new Error(`vault object ${key} is not a picture`);
        const sizeBytes = (await file.stat()).size;
        const served = within(sizeBytes, range);
        return { sizeBytes, contentType, range: served, stream: file.createReadStream(served) };
      } catch (error) {
        await file.close();
        throw error;
      }
    },

    has: async (key) => (await fileSizeBytes(pathOf(key))) !== null,

    async remove(key) {
      const path = pathOf(key);
      const removed = await absentAsNull(unlink(path).then(() => true));
      if (removed) await syncFolder(dirname(path));
    },

    async list(after, count) {
      const objects: VaultPage['objects'] = [];
      for (const top of await foldersFrom(root, after?.slice(0, 2))) {
        for (const folder of await foldersFrom(join(root, top), after?.startsWith(top) ? after.slice(2, 4) : undefined)) {
          objects.push(...(await objectsIn(join(root, top, folder), after ?? '')));
          if (objects.length >= count) return { objects, next: objects.at(-1)?.key ?? null };
        }
      }
      return { objects, next: null };
    },

    async check() {
      const probe = join(unfinished, randomUUID());
      try {
        await writeDurably(probe, Buffer.from('ready'));
        await readFile(probe);
      } finally {
        await absentAsNull(unlink(probe));
      }
    },
  };
}

async function writeThenRename(temporary: string, path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeDurably(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename or a new folder survives a power cut only once the folder that lists it is on the disk (fsync(2)). */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function fileSizeBytes(path: string): Promise<number | null> {
  const stat = await absentAsNull(lstat(path));
  return stat?.isFile() ? stat.size : null;
}

async function firstBytes(file: FileHandle): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(signatureBytes), 0, signatureBytes, 0);
  return buffer.subarray(0, bytesRead);
}

function within(sizeBytes: number, range: ByteRange = { start: 0 }): { start: number; end: number } {
  assertByteRange(range);
  if (range.start >= sizeBytes) throw new UnsatisfiableRangeError(sizeBytes);
  return { start: range.start, end: Math.min(range.end ?? sizeBytes, sizeBytes - 1) };
}

/** The two-digit folders of one level, in order, from `first` on. */
async function foldersFrom(folder: string, first = ''): Promise<string[]> {
  const names = (await absentAsNull(readdir(folder))) ?? [];
  return names.filter((name) => /^[0-9a-f]{2}$/.test(name) && name >= first).sort();
}

async function objectsIn(folder: string, after: string): Promise<VaultPage['objects']> {
  const names = ((await absentAsNull(readdir(folder))) ?? []).filter(isVaultKey).filter((name) => name > after);
  const stats = await Promise.all(names.sort().map(async (key) => ({ key, stat: await absentAsNull(lstat(join(folder, key))) })));
  return stats.flatMap(({ key, stat }) => (stat?.isFile() ? [{ key, storedAt: stat.mtime }] : []));
}

async function removeOlderThanHour(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const stat = await absentAsNull(lstat(path));
    if (stat?.isFile() && Date.now() - stat.mtimeMs > hourMs) await absentAsNull(unlink(path));
  }
}

async function absentAsNull<T>(operation: Promise<T>): Promise<T | null> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
