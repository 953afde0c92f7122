import { markOf } from '../checks/marks.ts';
import type { Evidence } from '../evidence/evidence.ts';

/** What concerns some users of a system that others have used before them. */
export function ownEvidence(evidence: Evidence, users: ReadonlySet<number>): Evidence {
  const generations = evidence.generations.filter(({ user_id }) => users.has(user_id));
  const ids = new Set<string | null>(generations.map(({ generation_id }) => generation_id));
  const marks = new Set(evidence.history.flatMap((line) => (line.kind === 'order' ? [line.mark] : [])));
  const isOwnAccount = (account: string) => users.has(Number(/^(?:user|hold):(\d+)$/.exec(account)?.[1]));
  return {
    ...evidence,
    generations,
    attempts: evidence.attempts.filter(({ generation_id }) => ids.has(generation_id)),
    events: evidence.events.filter(({ generation_id }) => ids.has(generation_id)),
    keys: evidence.keys.filter(({ user_id }) => users.has(user_id)),
    purchases: evidence.purchases.filter(({ prompt }) => marks.has(markOf(prompt) ?? '')),
    credits: evidence.credits && {
      transfers: evidence.credits.transfers.filter(
        (each) => ids.has(each.generation_id) || isOwnAccount(each.debit_account) || isOwnAccount(each.credit_account),
      ),
      balances: evidence.credits.balances.filter(({ user_id }) => users.has(user_id)),
    },
  };
}
