/** A figure that is wanted, the figure that was measured, and whether one meets the other. */
export type Aim = { what: string; wanted: string; measured: string; met: boolean };

/** What every bench answers with, beside its own figures. */
export type BenchReport = { aims: readonly Aim[]; [figure: string]: unknown };

export function formatAims(aims: readonly Aim[]): string {
  return ['Aims', ...aims.map(({ what, wanted, measured, met }) => `  ${met ? '✓' : '✗'} ${what}: ${measured} (aim ${wanted})`)].join('\n');
}
