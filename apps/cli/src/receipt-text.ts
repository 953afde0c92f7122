import type { GenerationOutput } from '@imagegen/client/procedure-types';

export type Delivery = {
  files: readonly string[];
  /** From the submission to the picture on disk. */
  elapsedMs: number;
  /** The provider was the simulator: nothing was really paid. */
  simulated: boolean;
};

/** What was made, how, why there, and what it cost. */
export function receiptText(output: GenerationOutput, { files, elapsedMs, simulated }: Delivery): string {
  const { routing, adjustments } = output;
  const rows = [
    ['Engine', `${output.engine} (${output.provider}${simulated ? ', simulated' : ''})`],
    ['Rule', routing.rule],
    ['Considered', ...table(routing.considered.map(candidateCells))],
    ['Seed', seedsOf(output)],
    ['Adjusted', ...(adjustments.length > 0 ? adjustments.map(adjustmentLine) : ['nothing'])],
    ['Credits', `${output.credits_used}${simulated ? ' (simulated)' : ''}`],
    ['Time', `${(elapsedMs / 1000).toFixed(1)} s`],
    ['Id', `${output.generation_id} (${output.request_id})`],
    ['Files', ...files],
  ];
  return rows
    .flatMap(([label = '', ...lines]) => lines.map((line, index) => `${(index === 0 ? label : '').padEnd(12)}${line}`.trimEnd()))
    .map((line) => `${line}\n`)
    .join('');
}

function candidateCells({
  engine,
  ok,
  reasons,
  estimated_cost,
  estimated_time,
}: GenerationOutput['routing']['considered'][number]): string[] {
  return [engine, ok ? 'yes' : 'no', `${estimated_cost.toFixed(4)} credits`, `${estimated_time} s`, reasons.join('; ')];
}

function table(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}

function adjustmentLine({ parameter, kind, asked, used, reason }: GenerationOutput['adjustments'][number]): string {
  const change = kind === 'dropped' ? 'dropped' : `${brief(asked)} → ${brief(used)}`;
  return `${parameter}: ${change} (${reason})`;
}

function brief(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function seedsOf({ images, seed }: GenerationOutput): string {
  const seeds = images.map((image) => image.seed).filter((each) => each !== null);
  return seeds.length > 0 ? seeds.join(', ') : String(seed ?? 'none: this engine has no seeds');
}
