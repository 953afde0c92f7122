import { setTimeout as pause } from 'node:timers/promises';

type Pace = { perSecond: number; seconds: number; signal: AbortSignal };

/**
 * An open model: starts `work` at a constant rate whatever became of the earlier ones, and resolves with all results. `intendedAtMs`
 * (epoch) is when it should have started: measuring from there, a load generator that is late cannot hide what made it so.
 */
export async function pace<T>(
  { perSecond, seconds, signal }: Pace,
  work: (index: number, intendedAtMs: number) => Promise<T>,
): Promise<T[]> {
  const startAtMs = nowMs() + 50;
  const under: Promise<T>[] = [];
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const intendedAtMs = startAtMs + (index * 1000) / perSecond;
    const waitMs = intendedAtMs - nowMs();
    if (waitMs > 0) await pause(waitMs, undefined, { signal });
    const started = work(index, intendedAtMs);
    // Whoever fails first ends the run at the end of it, not as an unhandled rejection in the middle.
    started.catch(() => undefined);
    under.push(started);
  }
  return Promise.all(under);
}

/** Epoch milliseconds with fractions: comparable with Postgres's clock on the same machine. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
