import { sql } from 'kysely';
import type { AttemptOutcome } from './attempts.ts';

/**
 * Further parts of a statement whose `attempt` holds the attempt that just ended: its cost, or the suspicion of one, once per attempt, and the
 * end of an earlier suspicion. The provider's counter of the day follows where there is one.
 */
export function bookCost({ state, costMicros }: Pick<AttemptOutcome, 'state' | 'costMicros'>) {
  const isKnown = state !== 'unknown';
  return sql`booked as (
      insert into ledger_transfers (generation_id, attempt_id, kind, debit_account, credit_account, amount_micros)
      select generation_id, id, kind, debit_account, credit_account, amount_micros
      from attempt, lateral (
        select 'cost' as kind, 'provider_cost' as debit_account, 'provider:' || provider as credit_account, ${isKnown ? costMicros : 0}::bigint as amount_micros
        union all
        select 'suspense', 'provider_suspense', 'provider:' || provider, ceil(estimated_cost_micros * images / all_images)::bigint
        from (
          select (plan -> 'calls' -> call ->> 'images')::numeric as images, nullif(sum((each ->> 'images')::int), 0) as all_images
          from jsonb_array_elements(plan -> 'calls') as each
        ) as calls
        where ${!isKnown}
        union all
        select 'suspense_reversal', suspected.credit_account, suspected.debit_account, suspected.amount_micros
        from ledger_transfers suspected
        where suspected.attempt_id = attempt.id and suspected.kind = 'suspense' and ${isKnown}
      ) as part
      where amount_micros > 0
      on conflict do nothing
      returning kind, amount_micros
    ), counted as (
      update daily_spend set spent_micros = spent_micros + booked.total
      from attempt, (select sum(case when kind = 'suspense_reversal' then -amount_micros else amount_micros end) as total from booked) as booked
      where day = (now() at time zone 'UTC')::date and scope = 'provider:' || provider and booked.total <> 0
    )`;
}
