import { setTimeout as pause } from 'node:timers/promises';

/** Asks `condition` every 20 ms until it holds; false when it still does not after `limitMs`. */
export async function waitUntil(condition: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> {
  const endsAt = performance.now() + limitMs;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() >= endsAt) return false;
    await pause(20);
  }
}
