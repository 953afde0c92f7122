import { sql } from 'kysely';
import type { AttemptOutcome } from './attempts.ts';

/**
 * Further parts of a statement whose `attempt` holds the attempts that just ended: of each its cost, or the suspicion of one, once, and the
 * end of an earlier suspicion. The counters of the providers' day follow where there are any, locked in order as by `reserve_credits`.
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
      returning kind, debit_account, credit_account, amount_micros
    ), counters as materialized (
      select day, daily_spend.scope, total
      from daily_spend join (
        select case kind when 'suspense_reversal' then debit_account else credit_account end as scope,
          sum(case kind when 'suspense_reversal' then -amount_micros else amount_micros end) as total
        from booked group by 1
      ) as per_provider on day = (now() at time zone 'UTC')::date and daily_spend.scope = per_provider.scope
      order by 2 for update of daily_spend
    ), counted as (
      update daily_spend set spent_micros = spent_micros + total
      from counters where daily_spend.day = counters.day and daily_spend.scope = counters.scope
    )`;
}
