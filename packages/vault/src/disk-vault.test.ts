import { mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDiskVault } from './disk-vault.ts';
import { describeVault } from './vault.contract.ts';
import { vaultKey } from './vault.ts';

let scratch: string;
let folders = 0;
const freshFolder = () => join(scratch, String(folders++));

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'vault-'));
});
afterAll(() => rm(scratch, { recursive: true }));

describeVault('disk', () => openDiskVault(freshFolder()));

describe('a disk vault', () => {
  const key = vaultKey(`abcd${'0'.repeat(60)}`);
  const png = Buffer.from('\x89PNG\r\n\x1a\n and pixels', 'latin1');

  it('keeps an object in the folders its key begins with and leaves nothing unfinished', async () => {
    const dir = freshFolder();
    const vault = await openDiskVault(dir);
    await vault.put(key, png, 'image/png');
    await vault.check();
    expect(await readdir(join(dir, 'ab', 'cd'))).toEqual([key]);
    expect(await readdir(join(dir, 'tmp'))).toEqual([]);
  });

  it('finds its objects after a restart', async () => {
    const dir = freshFolder();
    await (await openDiskVault(dir)).put(key, png, 'image/png');
    expect(await (await openDiskVault(dir)).has(key)).toBe(true);
  });

  it('says of what was put again that it is new, so that nobody removes it as forgotten', async () => {
    const dir = freshFolder();
    const vault = await openDiskVault(dir);
    await vault.put(key, png, 'image/png');
    await utimes(join(dir, 'ab', 'cd', key), 1, 1);
    await vault.put(key, png, 'image/png');
    const { objects } = await vault.list(null, 10);
    expect(Date.now() - objects[0]!.storedAt.getTime()).toBeLessThan(60_000);
  });

  it('replaces a file of the wrong size', async () => {
    const dir = freshFolder();
    const vault = await openDiskVault(dir);
    await vault.put(key, png, 'image/png');
    await writeFile(join(dir, 'ab', 'cd', key), png.subarray(0, 10));
    await vault.put(key, png, 'image/png');
    const object = await vault.open(key);
    object?.stream.destroy();
    expect(object?.sizeBytes).toBe(png.length);
  });

  it('clears away what a crash left an hour ago, and spares what another process is writing now', async () => {
    const dir = freshFolder();
    await openDiskVault(dir);
    await writeFile(join(dir, 'tmp', 'old'), 'half');
    await writeFile(join(dir, 'tmp', 'new'), 'half');
    const twoHoursAgo = Date.now() / 1000 - 7_200;
    await utimes(join(dir, 'tmp', 'old'), twoHoursAgo, twoHoursAgo);
    await openDiskVault(dir);
    expect(await readdir(join(dir, 'tmp'))).toEqual(['new']);
  });

  it('does not follow a link out of the vault', async () => {
    const dir = freshFolder();
    const vault = await openDiskVault(dir);
    await vault.put(key, png, 'image/png');
    const outside = join(scratch, 'outside');
    await writeFile(outside, png);
    await rm(join(dir, 'ab', 'cd', key));
    await symlink(outside, join(dir, 'ab', 'cd', key));
    await expect(vault.open(key)).rejects.toThrow('ELOOP');
    expect(await vault.has(key)).toBe(false);
  });

  it('fails a put that cannot be written, and then has no object', async () => {
    const dir = freshFolder();
    const vault = await openDiskVault(dir);
    await rm(join(dir, 'tmp'), { recursive: true });
    await expect(vault.put(key, png, 'image/png')).rejects.toThrow('ENOENT');
    await expect(vault.check()).rejects.toThrow('ENOENT');
    expect(await vault.has(key)).toBe(false);
  });
});
