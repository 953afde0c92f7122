import type { TransferKind } from '@imagegen/core/credits/transfer';
import { openStatuses } from '@imagegen/core/generation/status';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

export type Grant = { userId: number; amountMicros: number; note: string | null; key: string };
export type Granted = { id: number; user_id: number; amount_micros: number; note: string | null; created_at: Date };

/** Adds to a balance, once for a key: `replayed` says that the key had been used before, and what for. The user must exist. */
export async function grantCredits(
  db: Executor,
  { userId, amountMicros, note, key }: Grant,
): Promise<{ grant: Granted; replayed: boolean }> {
  const { rows } = await sql<Granted>`
    with granted as (
      insert into ledger_transfers (user_id, kind, debit_account, credit_account, amount_micros, reference, note)
      values (${userId}::bigint, 'grant', 'grants', 'user:' || ${userId}::bigint, ${amountMicros}::bigint, ${key}, ${note})
      on conflict (reference) where reference is not null do nothing
      returning id, user_id, amount_micros, note, created_at
    ), balanced as (
      insert into credit_balances as known (user_id, available_micros) select user_id, amount_micros from granted
      on conflict (user_id) do update set available_micros = known.available_micros + excluded.available_micros
    )
    select * from granted`.execute(db);
  if (rows[0]) return { grant: rows[0], replayed: false };
  const earlier = await sql<Granted>`
    select id, user_id, amount_micros, note, created_at from ledger_transfers where reference = ${key}`.execute(db);
  const [grant] = earlier.rows;
  if (!grant) throw new Error('a grant whose key is taken cannot be found');
  return { grant, replayed: true };
}

export type Balance = { available_micros: number; held_micros: number; spent_today_micros: number };

/** `spent_today`: what is settled and held of today's generations; counted only where a daily cap is configured. */
export async function readBalance(db: Executor, userId: number): Promise<Balance> {
  const { rows } = await sql<Balance>`
    select coalesce((select available_micros from credit_balances where user_id = ${userId}), 0)::int8 as available_micros,
      coalesce((
        select sum(hold_micros) from generation_history_v2
        where user_id = ${userId} and status = any(${openStatuses}::generation_status[])), 0)::int8 as held_micros,
      coalesce((
        select spent_micros from daily_spend
        where day = (now() at time zone 'UTC')::date and scope = 'user:' || ${userId}::bigint), 0)::int8 as spent_today_micros`.execute(db);
  return rows[0] ?? { available_micros: 0, held_micros: 0, spent_today_micros: 0 };
}

export type ListedTransfer = {
  id: number;
  kind: TransferKind;
  amount_micros: number;
  /** What it did to the available balance. */
  change_micros: number;
  generation_id: string | null;
  note: string | null;
  created_at: Date;
};

/** What concerns one user, newest first; `before` is the id of the last one seen. */
export async function listTransfers(
  db: Executor,
  { userId, before, limit }: { userId: number; before: number | null; limit: number },
): Promise<ListedTransfer[]> {
  const { rows } = await sql<ListedTransfer>`
    select id, kind, amount_micros,
      case 'user:' || user_id when credit_account then amount_micros when debit_account then -amount_micros else 0 end as change_micros,
      generation_id, note, created_at
    from ledger_transfers
    where user_id = ${userId} and id < ${before ?? Number.MAX_SAFE_INTEGER}
    order by id desc limit ${limit}`.execute(db);
  return rows;
}

/** Today's spending of every provider that is counted, in micro-credits, open holds included. */
export async function listProviderSpend(db: Executor): Promise<{ provider: string; spent_micros: number }[]> {
  const { rows } = await sql<{ provider: string; spent_micros: number }>`
    select substr(scope, length('provider:') + 1) as provider, spent_micros from daily_spend
    where day = (now() at time zone 'UTC')::date and scope like 'provider:%'`.execute(db);
  return rows;
}
