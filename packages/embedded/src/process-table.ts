import { readdirSync, readFileSync } from 'node:fs';

/** One life of one process: a pid is handed out again, a pid with its start time on one boot is not. */
export type ProcessIdentity = { pid: number; startTicks: string; bootId: string };

/** The identity of a living process; undefined when there is none with that pid. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const startTicks = startOfLiving(readProc(`${pid}/stat`));
  return startTicks === undefined ? undefined : { pid, startTicks, bootId: readProc('sys/kernel/random/boot_id').trim() };
}

/**
 * Start time, in clock ticks, that a line of `/proc/<pid>/stat` gives of a process that still lives. Format: proc_pid_stat(5).
 * A zombie lives no more, unless threads are left: a killed process shows as a zombie as soon as its first thread is gone, and the others
 * hold its ports and files until they are gone too.
 */
export function startOfLiving(stat: string): string | undefined {
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const threads = Number(fields[16]);
  if (state === 'X' || (state === 'Z' && threads <= 1)) return undefined;
  return fields[18];
}

export function isAlive(identity: ProcessIdentity): boolean {
  const now = identifyProcess(identity.pid);
  return now?.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/** Arguments of a process; empty for one that is gone, a zombie or a kernel thread. */
export function commandLineOf(pid: number): string[] {
  return readProc(`${pid}/cmdline`).split('\0').slice(0, -1);
}

/** Living processes, of any parent, whose command line matches. World-readable, so it needs no capability, unlike cwd or exe. */
export function findProcesses(matches: (commandLine: string[]) => boolean): ProcessIdentity[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && matches(commandLineOf(pid)))
    .flatMap((pid) => identifyProcess(pid) ?? []);
}

/** Sends a signal to that life of the process, or to nobody. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}
