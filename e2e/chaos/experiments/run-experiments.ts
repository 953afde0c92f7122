import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type ChaosSystem, startChaosSystem } from '../system/chaos-system.ts';
import { chooseExperiments } from './catalogue.ts';
import type { Experiment, Laboratory, Outcome, Scale, SystemSettings } from './experiment.ts';
import { scales } from './experiment.ts';
import { isKept, type ReportRow, toMarkdown, toRow } from './experiments-report.ts';

const rootDir = resolve(import.meta.dirname, '../../..');

/**
 * Makes the named experiments, or all, one after the other: `[F05 F12 …] [--scale small|full] [--seed N] [--out DIR]`. Leaves
 * `experiments.md` and `.json` behind. Resolves to whether every experiment that could be made kept its target.
 */
export async function runExperiments(args: readonly string[], say: (line: string) => void): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { scale: { type: 'string', default: 'small' }, seed: { type: 'string' }, out: { type: 'string' } },
  });
  const scale = scales.find((each) => each === values.scale);
  if (!scale) throw new RangeError(`--scale is one of ${scales.join(', ')}, not "${values.scale}"`);
  const experiments = chooseExperiments(positionals);
  const seed = Number(values.seed ?? Math.floor(Date.now() / 1000));
  const outDir = resolve(values.out ?? join(rootDir, '.data/chaos', `experiments-${new Date().toISOString().replaceAll(/[:.]/g, '')}`));
  await mkdir(outDir, { recursive: true });

  await using systems = keepSystem(say);
  const rows: ReportRow[] = [];
  for (const experiment of experiments) {
    const startedAt = performance.now();
    say(`${experiment.id} ${experiment.fault}`);
    const outcome = await tryExperiment(experiment, { scale, seed, outDir, say, system: systems.get });
    if (outcome.violations.length > 0) await systems.forget(join(outDir, experiment.id));
    const row = toRow(experiment, outcome, Math.round((performance.now() - startedAt) / 1000));
    rows.push(row);
    say(`${row.verdict} ${row.id} ${row.result} (${row.seconds} s)`);
    for (const violation of outcome.violations.slice(0, 10)) say(`  ${violation}`);
    await writeReports(outDir, { scale, seed, rows });
  }
  process.stdout.write(`${toMarkdown({ scale, seed, rows })}\n`);
  say(`report in ${outDir}`);
  return rows.every(isKept);
}

async function tryExperiment(experiment: Experiment, { outDir, ...rest }: Laboratory): Promise<Outcome> {
  const own = join(outDir, experiment.id);
  await mkdir(own, { recursive: true });
  try {
    return await experiment.run({ ...rest, outDir: own });
  } catch (error) {
    return { figures: {}, violations: [`broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`] };
  }
}

async function writeReports(outDir: string, report: { scale: Scale; seed: number; rows: readonly ReportRow[] }): Promise<void> {
  await writeFile(join(outDir, 'experiments.json'), JSON.stringify(report, undefined, 2));
  await writeFile(join(outDir, 'experiments.md'), toMarkdown(report));
}

/** One system at a time, kept as long as the next experiment wants the same and nothing went wrong in it. */
function keepSystem(say: (line: string) => void) {
  let kept: { key: string; system: ChaosSystem } | null = null;
  async function drop(): Promise<void> {
    const old = kept;
    kept = null;
    await old?.system[Symbol.asyncDispose]();
  }
  return {
    async get({ env = {}, envFor = {} }: SystemSettings = {}): Promise<ChaosSystem> {
      const key = JSON.stringify([env, envFor]);
      if (kept?.key === key) return kept.system;
      await drop();
      const startedAt = performance.now();
      const system = await startChaosSystem(env, envFor);
      say(`  a system of its own, started in ${Math.round(performance.now() - startedAt)} ms`);
      kept = { key, system };
      return system;
    },
    /** Ends what an experiment has broken, after its logs are put where they explain why. */
    async forget(folder: string): Promise<void> {
      if (kept) await keepLogs(kept.system, folder);
      await drop();
    },
    [Symbol.asyncDispose]: drop,
  };
}

async function keepLogs({ dataDir }: ChaosSystem, folder: string): Promise<void> {
  for (const part of ['a', 'b', 'simulator']) await cp(join(dataDir, part, 'logs'), join(folder, 'logs', part), { recursive: true });
}
