import { setTimeout as pause } from 'node:timers/promises';
import type { QuietFacts } from './evidence/evidence.ts';
import { readQuiet, withDatabase } from './evidence/read-database.ts';

/** Waits until nothing is open, held or undelivered. `recoveryMs` null: that moment did not come within the limit. */
export async function untilQuiet(databaseUrl: string, limitMs: number): Promise<QuietFacts> {
  const startedAt = performance.now();
  for (;;) {
    const left = await withDatabase(databaseUrl, readQuiet).catch(() => null);
    const elapsedMs = Math.round(performance.now() - startedAt);
    if (left && left.openGenerations + left.outboxRows + left.leases === 0) return { ...left, recoveryMs: elapsedMs, limitMs };
    if (elapsedMs > limitMs) return { ...(left ?? { openGenerations: -1, outboxRows: -1, leases: -1 }), recoveryMs: null, limitMs };
    await pause(250);
  }
}
