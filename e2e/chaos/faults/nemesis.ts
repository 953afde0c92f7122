import type { Random } from '../random.ts';
import type { ChaosSystem } from '../system/chaos-system.ts';
import type { Fault } from './fault.ts';
import { hold } from './wait.ts';

export type Strike = { fault: string; startedAt: number; endedAt: number; hit: string | null };

type Nemesis = { system: ChaosSystem; random: Random; faults: readonly Fault[]; atOnce: number; signal: AbortSignal };

/** Strikes until it is told to stop, every fault once before any comes again; resolves when the last one is undone. */
export async function unleash({ system, random, faults, atOnce, signal }: Nemesis): Promise<Strike[]> {
  const strikes: Strike[] = [];
  let next: Fault[] = [];
  async function strikeOn(own: Random): Promise<void> {
    while (!signal.aborted && faults.length > 0) {
      await hold(own.between(200, 1_500), signal);
      if (signal.aborted) return;
      if (next.length === 0) next = random.shuffle(faults);
      const fault = next.pop();
      if (!fault) return;
      const startedAt = Date.now();
      const hit = await fault.strike({ system, random: own, signal }).catch((error: unknown) => `broke off: ${String(error)}`);
      strikes.push({ fault: fault.name, startedAt, endedAt: Date.now(), hit });
    }
  }
  await Promise.all(Array.from({ length: atOnce }, (_, index) => strikeOn(random.fork(`nemesis ${index}`))));
  return strikes.toSorted((a, b) => a.startedAt - b.startedAt);
}
