import { setTimeout as pause } from 'node:timers/promises';

/** Adds up what sweepers say they repaired; what a gateway had counted when it was killed is added to what its successor counts. */
export function watchRepairs(gatewayUrls: readonly string[]): { count(): number; stop(): Promise<void> } {
  const stopping = new AbortController();
  const sums = gatewayUrls.map(() => ({ before: 0, now: 0 }));

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await Promise.all(gatewayUrls.map(async (url, index) => note(sums[index], await read(url))));
      await pause(500, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const watching = watch();
  return {
    count: () => sums.reduce((total, { before, now }) => total + before + now, 0),
    stop: () => {
      stopping.abort();
      return watching;
    },
  };
}

function note(sum: { before: number; now: number } | undefined, counted: number | null): void {
  if (!sum || counted === null) return;
  if (counted < sum.now) sum.before += sum.now;
  sum.now = counted;
}

async function read(url: string): Promise<number | null> {
  try {
    const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(1_000) });
    const text = await answer.text();
    return [...text.matchAll(/^imagegen_sweeper_repairs_total(?:\{[^}]*\})? (\d+)/gm)].reduce((sum, [, value]) => sum + Number(value), 0);
  } catch {
    return null;
  }
}
