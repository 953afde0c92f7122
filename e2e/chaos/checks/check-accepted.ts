import type { Evidence } from '../evidence/evidence.ts';
import type { Finding } from './verdict.ts';

/** I1: whoever was told "accepted" has a generation, of their own, that ended. */
export function checkAccepted({ history, generations }: Evidence): Finding {
  const byId = new Map(generations.map((row) => [row.generation_id, row]));
  const accepted = history.filter((line) => line.kind === 'call' && line.status === 202 && !line.otherBody);
  const violations = accepted.flatMap((line) => {
    if (line.kind !== 'call') return [];
    const row = byId.get(line.generationId ?? '');
    if (!row) return [`${line.generationId}: accepted at ${at(line.at)} and lost`];
    if (row.user_id !== line.user) return [`${row.generation_id}: accepted for user ${line.user}, belongs to ${row.user_id}`];
    if (row.request_id !== line.requestId) return [`${row.generation_id}: accepted as ${line.requestId}, is ${row.request_id}`];
    return row.status === 'completed' || row.status === 'failed' ? [] : [`${row.generation_id}: never ended, is ${row.status}`];
  });
  return { checked: accepted.length, violations };
}

function at(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
