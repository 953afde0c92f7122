import type { Evidence } from '../evidence/evidence.ts';
import { groupBy, markOf } from './marks.ts';
import type { Finding } from './verdict.ts';

/**
 * I3: a provider was sent at most one request per attempt; what it billed is at most one per call, also where
 * nobody could know what became of an attempt. Those are listed.
 */
export function checkPayments({ purchases, generations, attempts }: Evidence): Finding {
  const attemptsOf = groupBy(attempts, ({ generation_id }) => generation_id);
  const attemptOfToken = new Map(attempts.map((attempt) => [attempt.callback_token, attempt]));
  const purchasesOf = groupBy(purchases, ({ prompt }) => markOf(prompt));
  const violations: string[] = [];

  for (const [token, bought] of groupBy(purchases, (purchase) => purchase.token)) {
    if (token === null) continue;
    if (!attemptOfToken.has(token)) violations.push(`${bought[0]?.id}: bought by nobody's attempt`);
    if (bought.length > 1)
      violations.push(`attempt ${attemptOfToken.get(token)?.id}: ${bought.length} requests accepted by ${bought[0]?.provider}`);
  }
  const notes: string[] = [];
  for (const row of generations) {
    const own = attemptsOf.get(row.generation_id) ?? [];
    const bought = purchasesOf.get(markOf(row.prompt)) ?? [];
    const lost = own.filter(isUnknown).length;
    const billed = bought.filter((purchase) => purchase.billed).length;
    if (bought.length > own.length) violations.push(`${row.generation_id}: ${bought.length} requests for ${own.length} attempts`);
    if (billed > row.calls) violations.push(`${row.generation_id}: ${billed} billed requests for ${row.calls} calls`);
    if (row.status === 'completed' && billed === 0) violations.push(`${row.generation_id}: completed, and nothing was bought`);
    if (lost > 0)
      notes.push(`${row.generation_id}: ${lost} unknown at ${own[0]?.provider}, ${billed} billed, ended ${row.error_code ?? row.status}`);
  }
  return { checked: purchases.length, violations, notes };
}

function isUnknown({ state, error_code }: Evidence['attempts'][number]): boolean {
  return state === 'unknown' || error_code === 'OUTCOME_UNKNOWN';
}
