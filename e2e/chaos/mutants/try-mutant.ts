import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ChaosReport } from '../report.ts';
import type { CopiedTree } from './copied-tree.ts';
import type { Mutant } from './mutant.ts';

/** `seen`: what must notice it did. `missed`: it did not. `unfit`: the patch does not apply, or nothing could be run. */
export type MutantResult = {
  name: string;
  what: string;
  seenBy: string;
  verdict: 'seen' | 'missed' | 'unfit';
  said: string;
  seconds: number;
};

/** Applies one mistake to the copy, runs what must see it, and takes the mistake back. */
export async function tryMutant(tree: CopiedTree, mutant: Mutant, outDir: string): Promise<MutantResult> {
  const startedAt = performance.now();
  const { name, what, seenBy, patchFile } = mutant;
  const result = (verdict: MutantResult['verdict'], said: string): MutantResult => ({
    name,
    what,
    seenBy,
    verdict,
    said,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  });
  try {
    await tree.apply(patchFile);
  } catch (error) {
    return result('unfit', `The patch does not apply: ${String(error).split('\n').slice(0, 3).join(' ')}`);
  }
  try {
    const { verdict, said } = await runExperiment(tree, mutant, join(outDir, name));
    return result(verdict, said);
  } finally {
    await tree.restore();
  }
}

/** The same experiment without a mistake must find nothing; else it proves nothing. */
export async function tryHealthy(tree: CopiedTree, mutant: Mutant, outDir: string): Promise<string | null> {
  const { verdict, said } = await runExperiment(tree, mutant, join(outDir, `${mutant.name}-without`));
  return verdict === 'missed' ? null : `${mutant.name}: red without the mistake, too: ${said}`;
}

async function runExperiment(
  tree: CopiedTree,
  { run: [kind, ...args], seenBy }: Mutant,
  outDir: string,
): Promise<Pick<MutantResult, 'verdict' | 'said'>> {
  if (kind === 'vitest') {
    const [project = '', ...files] = args;
    const { code, output } = await execute(tree, ['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...files]);
    const failed = /Tests\s+.*?(\d+) failed/.exec(stripped(output))?.[1];
    if (code === 0) return { verdict: 'missed', said: 'all named tests pass' };
    return failed ? { verdict: 'seen', said: `${failed} named tests fail` } : { verdict: 'unfit', said: stripped(output).slice(-400) };
  }
  const { code, output } = await execute(tree, ['e2e/chaos/main.ts', '--seed', '1', ...args, '--out', outDir]);
  const report = await readFile(join(outDir, 'report.json'), 'utf8').catch(() => null);
  if (report === null) return { verdict: 'unfit', said: `no report (exit ${code}): ${output.slice(-400)}` };
  const { verdicts } = JSON.parse(report) as ChaosReport;
  const red = verdicts.filter(({ violations }) => violations.length > 0);
  const found = red.find(({ id }) => id === seenBy);
  const said = red.map(({ id, violations }) => `${id}: ${violations.length}`).join(', ') || 'nothing';
  if (!found) return { verdict: red.length > 0 ? 'unfit' : 'missed', said };
  return { verdict: 'seen', said: `${said}; ${found.violations[0]}` };
}

async function execute(tree: CopiedTree, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, args, { cwd: tree.path, stdio: ['ignore', 'pipe', 'pipe'] });
  const [[code], out, err] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  return { code: code as number | null, output: `${out}\n${err}` };
}

function stripped(output: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  return output.replaceAll(/\u001b\[[0-9;]*m/g, '');
}
