import { mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder } from './folder-lock.ts';
import { endRecordedProcesses } from './process-records.ts';
import { readSystemRecord } from './running-system.ts';

type DataFolder = AsyncDisposable & { readonly path: string; readonly logs: string; readonly pids: string };

/**
 * Makes this process the only owner of a system's data folder, until disposed, and ends what an owner that was killed left running.
 * Throws a sentence that names the present owner when there is one.
 */
export async function ownDataFolder(dataDir: string): Promise<DataFolder> {
  await mkdir(join(dataDir, 'logs'), { recursive: true });
  const path = await realpath(dataDir);
  const pids = join(path, 'pids');
  await using undo = new AsyncDisposableStack();
  const lock = undo.use(await lockFolder(path));
  if (!lock) {
    const other = await readSystemRecord(path);
    const which = other ? ` (process ${other.supervisor.pid}, ${other.gatewayUrl})` : '';
    throw new Error(`A system is already running on ${path}${which}: stop it, or set DATA_DIR to another folder`);
  }
  undo.defer(() => rm(pids, { recursive: true, force: true }));
  await endRecordedProcesses(pids);
  const owned = undo.move();
  return { path, logs: join(path, 'logs'), pids, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
