import { findProcesses, isAlive, type ProcessIdentity, signalProcess } from './process-table.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Ends what an earlier owner left running: `signal` first, SIGKILL for what is still there after `limitMs`.
 * Waits until nothing matches any more; throws when something survives SIGKILL for 5 s.
 */
export async function endProcesses(
  matches: (commandLine: string[]) => boolean,
  { signal, limitMs }: { signal: NodeJS.Signals; limitMs: number },
): Promise<void> {
  const first = findProcesses(matches);
  // A dying process loses its command line before it gives back its files and ports: those found first are followed by their identity.
  const remaining = (): ProcessIdentity | undefined => first.find(isAlive) ?? findProcesses(matches)[0];
  for (const process of first) signalProcess(process, signal);
  if (await waitUntil(() => !remaining(), limitMs)) return;
  for (const process of findProcesses(matches)) signalProcess(process, 'SIGKILL');
  if (await waitUntil(() => !remaining(), 5_000)) return;
  throw new Error(`Process ${remaining()?.pid} is left over from an earlier run and cannot be ended`);
}
