import { execFile } from 'node:child_process';
import { cp, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';

const run = promisify(execFile);

/** The committed tree in a folder of its own, ready to run, in which patches may be tried. */
export type CopiedTree = AsyncDisposable & {
  readonly path: string;
  /** Throws with git's words when the patch does not fit any more. */
  apply(patchFile: string): Promise<void>;
  restore(): Promise<void>;
};

export async function copyTree(rootDir: string): Promise<CopiedTree> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await temporaryFolder());
  const path = join(folder.path, 'tree');
  await run('git', ['clone', '--quiet', '--shared', rootDir, path]);
  await symlink(join(rootDir, 'node_modules'), join(path, 'node_modules'));
  // Links of workspace packages lead to their neighbours, so they must be links of the copy.
  const { stdout } = await run('git', ['ls-files', '*/package.json'], { cwd: path });
  for (const manifest of stdout.split('\n').filter(Boolean)) {
    const folderOf = manifest.slice(0, -'/package.json'.length);
    const from = join(rootDir, folderOf, 'node_modules');
    await cp(from, join(path, folderOf, 'node_modules'), { recursive: true, verbatimSymlinks: true }).catch(() => undefined);
  }
  const git = (...args: string[]) => run('git', args, { cwd: path });
  const running = undo.move();
  return {
    path,
    async apply(patchFile) {
      await git('apply', '-C1', '--recount', patchFile);
    },
    async restore() {
      await git('checkout', '--quiet', '.');
      await rm(join(path, 'node_modules/.cache/chaos'), { recursive: true, force: true });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
