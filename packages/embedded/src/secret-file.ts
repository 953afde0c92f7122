import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';

/** Writes a new random password (43 URL-safe characters) that only the owner of the file can read, and returns it. */
export async function createSecretFile(path: string): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  await writePrivateFile(path, secret);
  return secret;
}

/** Undefined when the file does not exist. */
export async function readFileIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Replaces the file in one step; mode 0600 from its first byte on. */
export async function writePrivateFile(path: string, content: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(unfinished, content, { mode: 0o600, flag: 'wx' });
  await rename(unfinished, path);
}
