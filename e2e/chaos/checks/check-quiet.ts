import type { Evidence } from '../evidence/evidence.ts';
import type { Finding } from './verdict.ts';

/** I10: when nothing goes wrong any more, everything comes to its end by itself. */
export function checkQuiet({ quiet, generations, credits }: Evidence): Finding {
  const { recoveryMs, limitMs, openGenerations, outboxRows, leases } = quiet;
  const restless =
    recoveryMs === null ? [`after ${limitMs} ms: ${openGenerations} open, ${outboxRows} messages undelivered, ${leases} held`] : [];
  const held = generations.filter(({ is_held }) => is_held).map(({ generation_id }) => `${generation_id}: is still held`);
  const open = credits?.balances.filter(({ held_micros }) => held_micros > 0) ?? [];
  const holds = open.map(({ user_id, held_micros }) => `user ${user_id}: ${held_micros} are still held`);
  return { checked: 1 + generations.length, violations: [...restless, ...held, ...holds] };
}
