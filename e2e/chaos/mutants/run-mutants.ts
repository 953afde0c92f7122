import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { copyTree } from './copied-tree.ts';
import { readMutants } from './mutant.ts';
import { type MutantResult, tryHealthy, tryMutant } from './try-mutant.ts';

const rootDir = resolve(import.meta.dirname, '../../..');

/**
 * Proves that the checker sees: every mistake in `e2e/mutants` must turn what is named in it red, and the tree without it must not.
 * `--only a,b`, `--out DIR`, `--skip-healthy`. Resolves to whether all were seen.
 */
export async function runMutants(args: readonly string[], say: (line: string) => void): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: 'string' }, out: { type: 'string' }, 'skip-healthy': { type: 'boolean', default: false } },
  });
  const outDir = resolve(values.out ?? join(rootDir, '.data/chaos', `mutants-${new Date().toISOString().replaceAll(/[:.]/g, '')}`));
  await mkdir(outDir, { recursive: true });
  const wanted = values.only?.split(',');
  const mutants = (await readMutants(join(rootDir, 'e2e/mutants'))).filter(({ name }) => !wanted || wanted.includes(name));
  if (mutants.length === 0) throw new Error(`There is no mutant "${values.only}"`);
  await using tree = await copyTree(rootDir);

  const results: MutantResult[] = [];
  const sick: string[] = [];
  const healthy = new Set<string>();
  for (const mutant of mutants) {
    const result = await tryMutant(tree, mutant, outDir);
    results.push(result);
    say(`${result.verdict.padEnd(6)} ${result.name}: ${result.said} (${result.seconds} s)`);
    const experiment = mutant.run.join(' ');
    if (values['skip-healthy'] || healthy.has(experiment)) continue;
    healthy.add(experiment);
    const problem = await tryHealthy(tree, mutant, outDir);
    if (problem) sick.push(problem);
    if (problem) say(problem);
  }
  await writeFile(join(outDir, 'mutants.json'), JSON.stringify({ results, sick }, undefined, 2));
  await writeFile(join(outDir, 'mutants.md'), toMarkdown(results, sick));
  say(`report in ${outDir}`);
  return sick.length === 0 && results.every(({ verdict }) => verdict === 'seen');
}

function toMarkdown(results: readonly MutantResult[], sick: readonly string[]): string {
  const seen = results.filter(({ verdict }) => verdict === 'seen').length;
  return [
    `# ${seen} of ${results.length} mistakes seen`,
    '',
    '| mistake | what is wrong | must be seen by | verdict | what was said |',
    '| --- | --- | --- | --- | --- |',
    ...results.map(
      ({ name, what, seenBy, verdict, said }) => `| ${name} | ${what} | ${seenBy} | ${verdict} | ${said.replaceAll(/[|\n]/g, ' ')} |`,
    ),
    '',
    ...sick.map((problem) => `- ${problem}`),
    '',
  ].join('\n');
}
