import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

export type Machine = { node: string; cores: number; cpu: string; memoryGiB: number; loadAverage1m: number };

/** What the figures were taken on. The load average is that of the moment: of other programs, when read before the run. */
export function describeMachine(): Machine {
  return {
    node: process.version,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    loadAverage1m: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

export function formatMachine({ node, cores, cpu, memoryGiB, loadAverage1m }: Machine): string {
  return `${cores} cores (${cpu}), ${memoryGiB} GiB, Node ${node}; load average before the run ${loadAverage1m}`;
}
