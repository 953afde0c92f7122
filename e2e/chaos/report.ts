import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import type { ChaosOptions } from './chaos-options.ts';
import type { Verdict } from './checks/verdict.ts';
import type { Evidence } from './evidence/evidence.ts';
import type { Strike } from './faults/nemesis.ts';
import { percentiles } from './percentiles.ts';

export type ChaosReport = {
  ok: boolean;
  seed: number;
  gitSha: string;
  node: string;
  system: string;
  startedAt: string;
  durationSeconds: number;
  orders: number;
  ended: Record<string, number>;
  verdicts: Verdict[];
  sometimes: Record<string, number>;
  recoveryMs: number | null;
  latenciesMs: Record<string, { p50: number; p95: number; p99: number; count: number }>;
  strikes: Strike[];
};

type Sources = {
  options: ChaosOptions;
  evidence: Evidence;
  strikes: Strike[];
  verdicts: Verdict[];
  startedAt: Date;
  gitSha: string;
  versions: string;
};

export function buildReport({ options, evidence, strikes, verdicts, startedAt, gitSha, versions }: Sources): ChaosReport {
  const { generations, history, quiet, sometimes } = evidence;
  const ended: Record<string, number> = {};
  for (const { status, error_code } of generations) {
    const name = error_code ? `${status} ${error_code}` : status;
    ended[name] = (ended[name] ?? 0) + 1;
  }
  const answered = history.filter((line) => line.kind === 'call' && line.status === 202 && !line.replayed);
  const completed = generations.filter(({ status }) => status === 'completed');
  return {
    ok: verdicts.every(({ violations }) => violations.length === 0),
    seed: options.seed,
    gitSha,
    node: process.version,
    system: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()[0]?.toFixed(1)}; ${versions}`,
    startedAt: startedAt.toISOString(),
    durationSeconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    orders: history.filter(({ kind }) => kind === 'order').length,
    ended,
    verdicts,
    sometimes,
    recoveryMs: quiet.recoveryMs,
    latenciesMs: {
      'answer to a POST': percentiles(answered.flatMap((line) => (line.kind === 'call' ? [line.durationMs] : []))),
      'acceptance to completion': percentiles(
        completed.map(({ created_at, completed_at }) => Math.round((completed_at ?? 0) - created_at)),
      ),
    },
    strikes,
  };
}

/** `report.json` for programs and `report.md` for people. */
export async function writeReport(outDir: string, report: ChaosReport): Promise<void> {
  await writeFile(join(outDir, 'report.json'), JSON.stringify(report, undefined, 2));
  await writeFile(join(outDir, 'report.md'), toMarkdown(report));
}

export function toMarkdown(report: ChaosReport): string {
  const { verdicts, strikes } = report;
  const hits = new Map<string, { struck: number; hit: number }>();
  for (const { fault, hit } of strikes) {
    const count = hits.get(fault) ?? { struck: 0, hit: 0 };
    hits.set(fault, { struck: count.struck + 1, hit: count.hit + (hit === null ? 0 : 1) });
  }
  const started = Date.parse(report.startedAt);
  return [
    `# Fault run, seed ${report.seed}: ${report.ok ? 'all promises kept' : 'PROMISES BROKEN'}`,
    '',
    `${report.startedAt}, ${report.durationSeconds} s, commit \`${report.gitSha}\`, Node ${report.node}, ${report.system}.`,
    `${report.orders} orders; at rest ${report.recoveryMs === null ? 'never' : `${report.recoveryMs} ms`} after the last fault.`,
    report.ok
      ? `No violation in ${report.orders} orders bounds the rate of violations at ${bound(report.orders)} (95 %, rule of three).`
      : '',
    '',
    ...table(
      ['invariant', 'promise', 'cases', 'violations'],
      verdicts.map(({ id, promise, checked, violations }) => [id, promise, checked, violations.length]),
    ),
    '',
    ...verdicts.flatMap(({ id, violations }) =>
      violations.length > 0 ? [`## Violations of ${id}`, '', ...violations.slice(0, 50).map((text) => `- ${text}`), ''] : [],
    ),
    '## How they ended',
    '',
    ...table(['end', 'generations'], Object.entries(report.ended)),
    '',
    '## What happened at least sometimes',
    '',
    ...table(['what', 'times'], Object.entries(report.sometimes)),
    '',
    '## How long it took',
    '',
    ...table(
      ['what', 'p50 ms', 'p95 ms', 'p99 ms', 'of'],
      Object.entries(report.latenciesMs).map(([name, { p50, p95, p99, count }]) => [name, p50, p95, p99, count]),
    ),
    '',
    '## Faults',
    '',
    ...table(
      ['fault', 'struck', 'hit something'],
      [...hits].toSorted().map(([name, { struck, hit }]) => [name, struck, hit]),
    ),
    '',
    '<details><summary>Timeline</summary>',
    '',
    ...strikes.map(
      ({ fault, startedAt, endedAt, hit }) =>
        `- +${((startedAt - started) / 1000).toFixed(1)} s, ${endedAt - startedAt} ms: ${fault}: ${hit ?? 'nothing'}`,
    ),
    '',
    '</details>',
    '',
    ...verdicts.flatMap(({ id, notes }) => (notes.length > 0 ? [`## Notes on ${id}`, '', ...notes.map((note) => `- ${note}`), ''] : [])),
  ].join('\n');
}

function bound(orders: number): string {
  return `${((3 / Math.max(1, orders)) * 100).toPrecision(2)} %`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
