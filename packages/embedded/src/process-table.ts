import { readdirSync, readFileSync } from 'node:fs';

/** One life of one process: a pid is handed out again, a pid with its start time on one boot is not. */
export type ProcessIdentity = { pid: number; startTicks: string; bootId: string };

/** The identity of a living process; undefined when there is none with that pid (a zombie lives no more). Format: proc_pid_stat(5). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const stat = readProc(`${pid}/stat`);
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTicks = fields[18];
  if (startTicks === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, startTicks, bootId: readProc('sys/kernel/random/boot_id').trim() };
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
