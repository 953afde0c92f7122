import type { Evidence } from '../evidence/evidence.ts';
import { groupBy } from './marks.ts';
import type { Finding } from './verdict.ts';

/** A worker hears of a cancellation at once, or, when that message is lost, when it next renews its lease, every 5 s. */
const hearsOfCancelMs = 6_000;

/** I12: nothing is bought for what has ended, nor for what its owner has cancelled. */
export function checkOrderOfActs({ generations, attempts, purchases }: Evidence): Finding {
  const attemptsOf = groupBy(attempts, ({ generation_id }) => generation_id);
  const boughtAt = new Map(purchases.map(({ token, acceptedAt }) => [token, acceptedAt]));
  const violations = generations.flatMap((row) =>
    (attemptsOf.get(row.generation_id) ?? []).flatMap((attempt) => [
      ...(row.completed_at !== null && attempt.created_at > row.completed_at
        ? [`${row.generation_id}: attempt ${attempt.id} after its end`]
        : []),
      ...(row.cancel_requested_at !== null && attempt.created_at > row.cancel_requested_at + hearsOfCancelMs
        ? [`${row.generation_id}: attempt ${attempt.id} after it was cancelled`]
        : []),
      ...((boughtAt.get(attempt.callback_token) ?? Infinity) < attempt.created_at - 50
        ? [`${row.generation_id}: attempt ${attempt.id} was bought before it was written down`]
        : []),
    ]),
  );
  return { checked: attempts.length, violations };
}
