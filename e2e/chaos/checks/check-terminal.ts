import type { EventRow, Evidence } from '../evidence/evidence.ts';
import type { SeenLine } from '../evidence/history-line.ts';
import { groupBy } from './marks.ts';
import type { Finding } from './verdict.ts';

const after: Readonly<Record<string, readonly string[]>> = {
  // Being taken up is no event: what is quick enough is seen to go from pending to its end.
  pending: ['pending', 'processing', 'completed', 'failed'],
  processing: ['processing', 'completed', 'failed'],
  completed: [],
  failed: [],
};

/** I2: one end, legal steps to it, a reason that can be named, and what was seen as the end stays as it was seen. */
export function checkTerminal({ history, generations, events }: Evidence): Finding {
  const byGeneration = groupBy(events, ({ generation_id }) => generation_id);
  const inRows = generations.flatMap((row) => {
    const own = byGeneration.get(row.generation_id) ?? [];
    const ends = own.filter(({ type }) => type === 'completed' || type === 'failed');
    const isEnded = row.status === 'completed' || row.status === 'failed';
    return [
      ...(ends.length > 1 ? [`${row.generation_id}: ended ${ends.length} times`] : []),
      ...(isEnded && ends.length === 1 && ends[0]?.type !== row.status
        ? [`${row.generation_id}: is ${row.status}, its last event says ${ends[0]?.type}`]
        : []),
      ...(isEnded !== (row.completed_at !== null) ? [`${row.generation_id}: ${row.status}, but completed_at does not fit`] : []),
      ...(row.error_code === 'INTERNAL' ? [`${row.generation_id}: broke off inside`] : []),
      ...illegalSteps(own).map((step) => `${row.generation_id}: ${step}`),
    ];
  });
  const sightings = groupBy(
    history.filter((line) => line.kind === 'seen'),
    ({ plan }) => plan,
  );
  const changed = [...sightings].flatMap(([plan, lines]) => {
    const words = new Set(lines.map(inWords));
    return words.size > 1 ? [`order ${plan}: was seen to end as ${[...words].join(' and as ')}`] : [];
  });
  return { checked: generations.length + sightings.size, violations: [...inRows, ...changed] };
}

function illegalSteps(events: readonly EventRow[]): string[] {
  return events.slice(1).flatMap((event, index) => {
    const from = events[index]?.status ?? '';
    return after[from]?.includes(event.status) ? [] : [`went from ${from} to ${event.status} at event ${event.seq}`];
  });
}

function inWords({ status, errorCode, credits, images }: SeenLine): string {
  return `${status} ${errorCode ?? ''} ${credits} ${images.map(({ sha256 }) => sha256.slice(0, 8)).join(',')}`;
}
