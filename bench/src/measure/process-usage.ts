import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, which Linux fixes at 100 for all that is read from /proc. */
export const msPerTick = 10;
/** Of proc_pid_stat(5), counted behind the command name. */
const field = { parent: 1, userTicks: 11, systemTicks: 12 } as const;

/**
 * CPU time that a process and its living children have used so far, in milliseconds; children because Postgres works in them. Of this
 * process without its children: they are measured by themselves.
 */
export function cpuMs(pid: number | undefined): number {
  if (pid === undefined) return Number.NaN;
  if (pid === process.pid) return cpuTicks(readStat(String(pid))) * msPerTick;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(readStat)
    .filter((stat) => stat[field.parent] === String(pid));
  return [readStat(String(pid)), ...children].reduce((sum, stat) => sum + cpuTicks(stat) * msPerTick, 0);
}

export type Memory = { rssMiB: number; peakRssMiB: number };

/** Resident memory of one process, now and at most. */
export function memoryOf(pid: number | undefined): Memory {
  const status = pid === undefined ? '' : readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (name: string) => Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024);
  return { rssMiB: mebibytes('VmRSS'), peakRssMiB: mebibytes('VmHWM') };
}

function cpuTicks(stat: readonly string[]): number {
  return Number(stat[field.userTicks] ?? 0) + Number(stat[field.systemTicks] ?? 0);
}

function readStat(pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
