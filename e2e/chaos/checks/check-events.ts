import type { Evidence } from '../evidence/evidence.ts';
import { groupBy, markOf } from './marks.ts';
import type { Finding } from './verdict.ts';

/** I7: events are numbered without a gap, the end is last, and whoever subscribed and came back heard all of them once. */
export function checkEvents({ history, generations, events }: Evidence): Finding {
  const byGeneration = groupBy(events, ({ generation_id }) => generation_id);
  const inRows = generations.flatMap((row) => {
    const own = byGeneration.get(row.generation_id) ?? [];
    const end = own.findIndex(({ type }) => type === 'completed' || type === 'failed');
    return [
      ...(isGapless(own.map(({ seq }) => seq)) ? [] : [`${row.generation_id}: events ${own.map(({ seq }) => seq).join(' ')}`]),
      ...(own.length === row.event_seq ? [] : [`${row.generation_id}: ${own.length} events, the last is said to be ${row.event_seq}`]),
      ...(end >= 0 && end !== own.length - 1 ? [`${row.generation_id}: something happened after its end`] : []),
      ...(own.length > 0 && own[0]?.type !== 'accepted' ? [`${row.generation_id}: begins with ${own[0]?.type}`] : []),
    ];
  });
  const rowOf = new Map(generations.map((row) => [markOf(row.prompt), row]));
  const markOfPlan = new Map(history.flatMap((line) => (line.kind === 'order' ? [[line.plan, line.mark] as const] : [])));
  const subscribers = history.filter((line) => line.kind === 'events');
  const heard = subscribers.flatMap(({ plan, seqs, ended }) => {
    const row = rowOf.get(markOfPlan.get(plan));
    if (!isGapless(seqs)) return [`order ${plan}: its subscriber heard ${seqs.join(' ')}`];
    return ended && row && seqs.at(-1) !== row.event_seq ? [`order ${plan}: heard the end at ${seqs.at(-1)}, not at ${row.event_seq}`] : [];
  });
  const deaf = subscribers.filter(({ ended }) => !ended).map(({ plan }) => `order ${plan}: its subscriber never heard the end`);
  return { checked: generations.length + subscribers.length, violations: [...inRows, ...heard, ...deaf] };
}

function isGapless(seqs: readonly number[]): boolean {
  return seqs.every((seq, index) => seq === index + 1);
}
