import { mkdirSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLineOf, identifyProcess, isAlive, type ProcessIdentity, signalProcess } from './process-table.ts';
import { waitUntil } from './wait-until.ts';

type ProcessRecord = { identity: ProcessIdentity; entry: string };

/** Notes a started app in `<folder>/<name>.json`, so that a later start can end it. `entry` is a part of its command line. */
export function recordProcess(folder: string, name: string, { pid, entry }: { pid: number; entry: string }): void {
  const identity = identifyProcess(pid);
  if (!identity) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ identity, entry } satisfies ProcessRecord), { mode: 0o600 });
}

/**
 * Ends with SIGKILL every recorded process that is still the very same one (start time, boot and command line), and forgets them all.
 * They belong to an owner that died: nothing may go on in its name, and the system is built to survive it.
 */
export async function endRecordedProcesses(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const records = await Promise.all(names.map((name) => readRecord(join(folder, name))));
  const orphans = records.filter((record) => record !== undefined).filter(isRunning);
  for (const { identity } of orphans) signalProcess(identity, 'SIGKILL');
  // A dying process loses its command line before it gives back its ports, so only its identity tells when it is gone.
  const remaining = () => orphans.find(({ identity }) => isAlive(identity));
  if (!(await waitUntil(() => !remaining(), 5_000)))
    throw new Error(`Process ${remaining()?.identity.pid} is left over from an earlier run and cannot be ended`);
  await rm(folder, { recursive: true, force: true });
}

function isRunning({ identity, entry }: ProcessRecord): boolean {
  return isAlive(identity) && commandLineOf(identity.pid).includes(entry);
}

/** Undefined for a record that its writer did not finish. */
async function readRecord(path: string): Promise<ProcessRecord | undefined> {
  try {
    const record: ProcessRecord = JSON.parse(await readFile(path, 'utf8'));
    return typeof record.identity.pid === 'number' && typeof record.entry === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}
