import { parseOptions } from './chaos-options.ts';
import { runMutants } from './mutants/run-mutants.ts';
import { toMarkdown } from './report.ts';
import { runChaos } from './run.ts';

const say = (line: string) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

async function main([first, ...rest]: string[]): Promise<boolean> {
  if (first === 'mutants') return runMutants(rest, say);
  const options = parseOptions(first === undefined ? [] : [first, ...rest]);
  const report = await runChaos(options, say);
  process.stdout.write(`${toMarkdown(report)}\n`);
  say(`report in ${options.outDir}`);
  return report.ok;
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
