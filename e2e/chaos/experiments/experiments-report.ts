import type { Experiment, Outcome, Scale } from './experiment.ts';

export type ReportRow = Pick<Experiment, 'id' | 'fault' | 'how' | 'holds' | 'target'> & {
  verdict: 'kept' | 'BROKEN' | 'not run';
  /** Figures in words, or why it was not run. */
  result: string;
  figures: Outcome['figures'];
  violations: readonly string[];
  seconds: number;
};

export function toRow({ id, fault, how, holds, target }: Experiment, outcome: Outcome, seconds: number): ReportRow {
  const { figures, violations, notRun } = outcome;
  const inWords = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  return {
    ...{ id, fault, how, holds, target, figures, violations, seconds },
    verdict: violations.length > 0 ? 'BROKEN' : notRun ? 'not run' : 'kept',
    result: notRun ?? inWords.join(', '),
  };
}

/** Not run is not broken: the report says so, the exit code does not. */
export function isKept({ verdict }: ReportRow): boolean {
  return verdict !== 'BROKEN';
}

type Report = { scale: Scale; seed: number; rows: readonly ReportRow[] };

export function toMarkdown({ scale, seed, rows }: Report): string {
  const count = (verdict: ReportRow['verdict']) => rows.filter((row) => row.verdict === verdict).length;
  const line = (cells: readonly (string | number)[]) => `| ${cells.map((cell) => String(cell).replaceAll('|', '/')).join(' | ')} |`;
  return [
    `# ${count('kept')} of ${rows.length} experiments kept their targets, ${count('BROKEN')} broken, ${count('not run')} not run`,
    '',
    `Scale ${scale}, seed ${seed}, Node ${process.version}.`,
    '',
    line(['', 'what is broken', 'how', 'must hold', 'target', 'verdict', 'result', 's']),
    line(Array(8).fill('---')),
    ...rows.map((row) => line([row.id, row.fault, row.how, row.holds.join(' '), row.target, row.verdict, row.result, row.seconds])),
    '',
    ...rows.flatMap(({ id, violations }) =>
      violations.length > 0 ? [`## ${id}`, '', ...violations.slice(0, 50).map((text) => `- ${text.replaceAll('\n', ' ')}`), ''] : [],
    ),
  ].join('\n');
}
