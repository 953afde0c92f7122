import { findProcesses, signalProcess } from './process-table.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Ends what an earlier owner left running: `signal` first, SIGKILL for what is still there after `limitMs`.
 * Waits until nothing matches any more; throws when something survives SIGKILL for 5 s.
 */
export async function endProcesses(
  matches: (commandLine: string[]) => boolean,
  { signal, limitMs }: { signal: NodeJS.Signals; limitMs: number },
): Promise<void> {
  const isEmpty = () => findProcesses(matches).length === 0;
  for (const process of findProcesses(matches)) signalProcess(process, signal);
  if (await waitUntil(isEmpty, limitMs)) return;
  for (const process of findProcesses(matches)) signalProcess(process, 'SIGKILL');
  if (await waitUntil(isEmpty, 5_000)) return;
  throw new Error(`Process ${findProcesses(matches)[0]?.pid} is left over from an earlier run and cannot be ended`);
}
