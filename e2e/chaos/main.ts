import { parseOptions } from './chaos-options.ts';
import { toMarkdown } from './report.ts';
import { runChaos } from './run.ts';

const say = (line: string) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

const options = parseOptions(process.argv.slice(2));
const report = await runChaos(options, say);
process.stdout.write(`${toMarkdown(report)}\n`);
say(`report in ${options.outDir}`);
process.exitCode = report.ok ? 0 : 1;
