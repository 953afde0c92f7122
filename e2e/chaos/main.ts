import { parseOptions } from './chaos-options.ts';
import { checkAgain } from './check-again.ts';
import { runExperiments } from './experiments/run-experiments.ts';
import { runMutants } from './mutants/run-mutants.ts';
import { toMarkdown } from './report.ts';
import { runChaos } from './run.ts';

const say = (line: string) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

async function main([first, ...rest]: string[]): Promise<boolean> {
  if (first === 'mutants') return runMutants(rest, say);
  if (first === 'experiments') return runExperiments(rest, say);
  if (first === 'check') {
    const verdicts = await checkAgain(rest[0] ?? '.');
    for (const { id, promise, checked, violations } of verdicts) say([`${id} ${promise}: ${checked} cases`, ...violations].join('\n  '));
    return verdicts.every(({ violations }) => violations.length === 0);
  }
  const options = parseOptions(first === undefined ? [] : [first, ...rest]);
  const report = await runChaos(options, say);
  process.stdout.write(`${toMarkdown(report)}\n`);
  say(`report in ${options.outDir}`);
  return report.ok;
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
