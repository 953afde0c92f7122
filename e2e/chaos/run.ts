import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ChaosOptions } from './chaos-options.ts';
import { checkEvidence } from './checks/check-evidence.ts';
import { collectEvidence } from './evidence/collect-evidence.ts';
import { readHistory } from './evidence/history-file.ts';
import { chooseFaults } from './faults/catalogue.ts';
import { buildReport, type ChaosReport, writeReport } from './report.ts';
import { serveOrders } from './serve-orders.ts';
import { type ChaosSystem, startChaosSystem } from './system/chaos-system.ts';
import { watchBreakers } from './system/watch-breakers.ts';
import { watchRepairs } from './system/watch-repairs.ts';
import { createUsers } from './workload/users.ts';

const userCount = 50;

/** One experiment from start to report: work under faults, then quiet, then questions, then the verdict. */
export async function runChaos(options: ChaosOptions, say: (line: string) => void): Promise<ChaosReport> {
  // A fault that does not exist is said before anything starts.
  const faults = chooseFaults(options.faults);
  await mkdir(options.outDir, { recursive: true });
  const startedAt = new Date();
  await using system = await startChaosSystem(options.env);
  say(`started in ${Math.round((Date.now() - startedAt.getTime()) / 1000)} s, seed ${options.seed}`);
  try {
    const users = await createUsers(system.databaseUrl, userCount);
    const repairs = watchRepairs(system.gatewayUrls);
    const breakers = watchBreakers(system.databaseUrl);
    const { strikes, quiet } = await serveOrders({ system, users, options, faults, say });
    await Promise.all([repairs.stop(), breakers.stop()]);
    say(quiet.recoveryMs === null ? `not quiet after ${quiet.limitMs} ms; checking` : `quiet after ${quiet.recoveryMs} ms; checking`);
    const evidence = await collectEvidence({
      system,
      history: await readHistory(join(options.outDir, 'history.ndjson')),
      quiet,
      keys: users.map(({ key }) => key),
      counted: { 'breakers opened': breakers.count(), 'repairs by sweepers': repairs.count() },
    });
    // The history is a file of its own.
    await writeFile(join(options.outDir, 'evidence.json'), JSON.stringify({ ...evidence, history: [] }));
    const report = buildReport({
      options,
      evidence,
      strikes,
      verdicts: checkEvidence(evidence),
      startedAt,
      gitSha: await gitSha(),
      versions: system.versions,
    });
    await writeReport(options.outDir, report);
    return report;
  } finally {
    await keepLogs(system, options.outDir);
  }
}

/** Where the checker's findings are explained. */
async function keepLogs({ dataDir }: ChaosSystem, outDir: string): Promise<void> {
  for (const part of ['a', 'b', 'simulator']) await cp(join(dataDir, part, 'logs'), join(outDir, 'logs', part), { recursive: true });
}

async function gitSha(): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['describe', '--always', '--dirty', '--abbrev=12'], { cwd: import.meta.dirname });
  return stdout.trim();
}
