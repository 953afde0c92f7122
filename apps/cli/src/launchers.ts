import { readFileSync } from 'node:fs';
import { commandLineOf, identifyProcess, isAlive, type ProcessIdentity } from '@imagegen/embedded/process-table';

const lookMs = 500;

/**
 * Calls `onGone` when npx or pnpm, which started this process, is gone. A signal sent to npx alone does not come further than npx, and
 * whoever sent it means all of it.
 */
export function watchLaunchers(onGone: () => void): void {
  const launchers = findLaunchers(process.ppid);
  if (launchers.length === 0) return;
  const timer = setInterval(() => {
    if (launchers.every(isAlive)) return;
    clearInterval(timer);
    onGone();
  }, lookMs);
  timer.unref();
}

/** From a process upwards: package managers and the shells between them. Empty where there is no /proc. */
function findLaunchers(pid: number): ProcessIdentity[] {
  const [program = '', option = ''] = commandLineOf(pid);
  const isLauncher = /(^|\/)(npm|npx|pnpm)\b/.test(program) || (/(^|\/)sh$/.test(program) && option === '-c');
  const identity = isLauncher ? identifyProcess(pid) : undefined;
  return identity ? [identity, ...findLaunchers(parentOf(pid))] : [];
}

/** Fourth field of proc_pid_stat(5); the second one may contain anything. */
function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}
