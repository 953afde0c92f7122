import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isHttpAnswering } from './http-probe.ts';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-table.ts';
import { readFileIfExists, writePrivateFile } from './secret-file.ts';

export type SystemRecord = { gatewayUrl: string; supervisor: ProcessIdentity; startedAt: string };

/** Notes in `<dataDir>/system.json` (mode 0600) where the system of this process is reached; disposing forgets it. */
export async function recordSystem(dataDir: string, gatewayUrl: string): Promise<AsyncDisposable> {
  const supervisor = identifyProcess(process.pid);
  if (!supervisor) throw new Error('/proc does not show this process');
  const record: SystemRecord = { gatewayUrl, supervisor, startedAt: new Date().toISOString() };
  await writePrivateFile(fileOf(dataDir), `${JSON.stringify(record, undefined, 2)}\n`);
  return { [Symbol.asyncDispose]: () => rm(fileOf(dataDir), { force: true }) };
}

/** The system on that data folder; undefined unless its supervisor lives and its gateway answers. */
export async function findRunningSystem(dataDir: string): Promise<SystemRecord | undefined> {
  const record = await readSystemRecord(dataDir);
  return record && (await isHttpAnswering(`${record.gatewayUrl}/healthz`)) ? record : undefined;
}

/** What the living supervisor of that data folder noted, whether its gateway answers or not. */
export async function readSystemRecord(dataDir: string): Promise<SystemRecord | undefined> {
  try {
    const record: SystemRecord = JSON.parse((await readFileIfExists(fileOf(dataDir))) ?? '');
    return isAlive(record.supervisor) ? record : undefined;
  } catch {
    return undefined;
  }
}

function fileOf(dataDir: string): string {
  return join(dataDir, 'system.json');
}
