import { chmod, chown, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureRootOwnedCopy } from './root-owned-copy.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { canRun, isRoot, nobody } from './unprivileged-user.ts';

/** A program below a folder that only root can enter. */
async function fixture() {
  const folder = await temporaryFolder();
  const source = join(folder.path, 'closed/native');
  await mkdir(join(source, 'bin'), { recursive: true });
  await writeFile(join(source, 'bin/program'), '#!/bin/sh\nexit 0\n', { mode: 0o700 });
  await symlink('program', join(source, 'bin/alias'));
  await chmod(join(folder.path, 'closed'), 0o700);
  return { ...folder, source, copy: join(folder.path, 'copy') };
}

if (isRoot()) {
  test('a program below a closed folder can be run by others from its copy', async () => {
    await using files = await fixture();
    expect(canRun(nobody, join(files.source, 'bin/program'))).toBe(false);
    await ensureRootOwnedCopy(files.source, files.copy);
    expect(canRun(nobody, join(files.copy, 'bin/alias'))).toBe(true);
    expect((await readdir(files.path)).sort()).toEqual(['closed', 'copy']);
  });

  test('a complete copy is kept, one that lost a file is made anew', async () => {
    await using files = await fixture();
    await ensureRootOwnedCopy(files.source, files.copy);
    const { ino } = await stat(files.copy);
    await ensureRootOwnedCopy(files.source, files.copy);
    expect((await stat(files.copy)).ino).toBe(ino);
    await rm(join(files.copy, 'bin/program'));
    await ensureRootOwnedCopy(files.source, files.copy);
    expect(await readFile(join(files.copy, 'bin/program'), 'utf8')).toContain('exit 0');
  });

  test('many starts at once agree on one copy', async () => {
    await using files = await fixture();
    await Promise.all(Array.from({ length: 5 }, () => ensureRootOwnedCopy(files.source, files.copy)));
    expect((await readdir(files.path)).sort()).toEqual(['closed', 'copy']);
  });

  test('nothing is run from a folder that another user could have filled', async () => {
    await using files = await fixture();
    await mkdir(files.copy);
    await chown(files.copy, nobody.uid, nobody.gid);
    await expect(ensureRootOwnedCopy(files.source, files.copy)).rejects.toThrow(/does not belong to root alone/);
  });
}
