import { setTimeout as pause } from 'node:timers/promises';

/** Waits so long, or until no more faults are wanted. */
export async function hold(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
}
