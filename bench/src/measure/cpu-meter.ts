import { readFileSync } from 'node:fs';
import { cpuMs, msPerTick } from './process-usage.ts';

type Metered = Readonly<Record<string, { readonly pid: number | undefined }>>;

export type CpuUse = {
  elapsedMs: number;
  /** CPU milliseconds by the names given. */
  ofMs: Record<string, number>;
  /** CPU milliseconds of all the others on this machine: they disturb the measurement. */
  foreignMs: number;
};

/** What each of the named processes, and the machine's others, use between now and the call of the returned function. */
export function startCpuMeter(processes: Metered): () => CpuUse {
  const read = () => Object.entries(processes).map(([name, { pid }]) => [name, cpuMs(pid)] as const);
  const before = Object.fromEntries(read());
  const machineBeforeMs = machineBusyMs();
  const startedAt = performance.now();
  return () => {
    const ofMs = Object.fromEntries(read().map(([name, ms]) => [name, ms - (before[name] ?? 0)]));
    const ownMs = Object.values(ofMs).reduce((sum, ms) => sum + ms, 0);
    const foreignMs = Math.max(0, machineBusyMs() - machineBeforeMs - ownMs);
    return { elapsedMs: performance.now() - startedAt, ofMs, foreignMs };
  };
}

/** User, nice, system, interrupts and steal of all cores (proc_stat(5)). */
function machineBusyMs(): number {
  const [, user, nice, system, , , irq, softirq, steal] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '')
    .split(/\s+/)
    .map(Number);
  return [user, nice, system, irq, softirq, steal].reduce<number>((sum, ticks) => sum + (ticks ?? 0), 0) * msPerTick;
}
