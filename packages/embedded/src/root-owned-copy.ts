import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Closed until it is whole: with an open umask others could put a file beside the copied ones. */
const script = 'mkdir -m 700 -- "$2" && cp -RP -- "$1/." "$2" && chmod -R u+w,a+rX,go-w -- "$2"';

/**
 * Makes a folder of programs available to all users at a fixed path. Invariant: the copy appears complete (rename), belongs to root and
 * only root can change it; a damaged one is replaced, one that somebody else put there is refused.
 */
export async function ensureRootOwnedCopy(source: string, copy: string): Promise<void> {
  const owner = await lstat(copy).catch(() => undefined);
  if (owner && (!owner.isDirectory() || owner.uid !== 0 || owner.mode & 0o022)) {
    throw new Error(`${copy} does not belong to root alone, so nothing in it is run: remove it, or set DATABASE_URL`);
  }
  const expected = await describeFiles(source);
  if (owner && (await describeFiles(copy)) === expected) return;
  const unfinished = `${copy}.${randomBytes(6).toString('hex')}`;
  try {
    await run('/bin/sh', ['-c', script, 'sh', source, unfinished]);
    if (await moveTo(copy, unfinished)) return;
    // Another start may have made the same copy meanwhile, and run it already.
    if ((await describeFiles(copy)) === expected) return;
    await rm(copy, { recursive: true, force: true });
    await rename(unfinished, copy);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** False when a folder is there already. */
async function moveTo(target: string, folder: string): Promise<boolean> {
  try {
    await rename(folder, target);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Names and sizes of all files: sees a file that a cleaner of old temporary files removed. */
async function describeFiles(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const lines = await Promise.all(files.map(async (file) => `${file.slice(folder.length)} ${(await lstat(file)).size}`));
  return lines.sort().join('\n');
}
