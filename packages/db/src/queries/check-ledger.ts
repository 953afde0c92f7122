import { openStatuses } from '@imagegen/core/generation/status';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

/** One thing that should not be, in the words of whoever looks for it. */
export type LedgerFault = { subject: string; detail: string };

export type LedgerReport = {
  transfers: number;
  /** Over all accounts, what was credited less what was debited. */
  sumMicros: number;
  /** What is in each account that belongs to no single user. */
  accounts: { account: string; micros: number }[];
  /** A name of what was looked for, and at most a hundred findings. */
  faults: Record<(typeof checks)[number]['name'], LedgerFault[]>;
};

const mostShown = 100;

const generations = sql`
  select generation_id, sum(amount_micros) filter (where kind = 'hold') as held, coalesce(sum(amount_micros) filter (where kind = 'settle'), 0) as settled,
    coalesce(sum(amount_micros) filter (where kind = 'release'), 0) as released, count(*) filter (where kind in ('settle', 'release')) as ends
  from ledger_transfers where generation_id is not null and attempt_id is null group by generation_id`;

const entries = sql`
  select credit_account as account, amount_micros from ledger_transfers
  union all select debit_account, -amount_micros from ledger_transfers`;

/** Each is one statement, and so looks at one moment of a system that goes on. */
const checks = [
  {
    name: 'balances that differ from their transfers',
    query: sql<LedgerFault>`
      select 'user ' || user_id as subject, format('available %s, transfers say %s; held %s, transfers say %s',
        available_micros, in_ledger.available, held_micros, in_ledger.held) as detail
      from credit_balances full join (
        select split_part(account, ':', 2)::bigint as user_id, coalesce(sum(amount_micros) filter (where account like 'user:%'), 0) as available,
          coalesce(sum(amount_micros) filter (where account like 'hold:%'), 0) as held
        from (${entries}) entries where account like 'user:%' or account like 'hold:%' group by 1
      ) in_ledger using (user_id)
      where (available_micros, held_micros) is distinct from (in_ledger.available, in_ledger.held)
        and not (in_ledger.available is null and available_micros = 0 and held_micros = 0)`,
  },
  {
    name: 'holds without an open generation',
    query: sql<LedgerFault>`
      select generation_id as subject, format('%s held, generation is %s', held, coalesce(status::text, 'unknown')) as detail
      from (${generations}) ledger left join generation_history_v2 g using (generation_id)
      where held is not null and ends = 0 and (status is null or status <> all(${openStatuses}::generation_status[]))`,
  },
  {
    name: 'open generations without a hold',
    query: sql<LedgerFault>`
      select generation_id as subject, format('%s, nothing held', status) as detail
      from generation_history_v2 g
      where status = any(${openStatuses}::generation_status[])
        and not exists (select from ledger_transfers t where t.generation_id = g.generation_id and t.kind = 'hold' and t.attempt_id is null)`,
  },
  {
    name: 'generations whose hold is not settled plus released',
    query: sql<LedgerFault>`
      select generation_id as subject, format('held %s, settled %s, released %s, generation is %s', coalesce(held, 0), settled, released, status) as detail
      from (${generations}) ledger left join generation_history_v2 g using (generation_id)
      where ends > 0 and (held is distinct from settled + released or status = any(${openStatuses}::generation_status[]))`,
  },
  {
    name: 'generations that show other credits than were settled',
    query: sql<LedgerFault>`
      select generation_id as subject, format('%s, shows %s, settled %s', status, credits_used * 1000000, settled) as detail
      from (${generations}) ledger join generation_history_v2 g using (generation_id)
      where held is not null and (credits_used * 1000000 <> settled or (status = 'failed' and settled > 0))`,
  },
] as const;

/** Everything that must hold of the ledger, looked at once. */
export async function checkLedger(db: Executor): Promise<LedgerReport> {
  const totals = await sql<{ transfers: number; sum: number }>`
    select (select count(*) from ledger_transfers)::int8 as transfers, coalesce(sum(amount_micros), 0)::int8 as sum from (${entries}) entries`.execute(
    db,
  );
  const accounts = await sql<{ account: string; micros: number }>`
    select case when account ~ ':[0-9]+$' then split_part(account, ':', 1) || ':*' else account end as account, sum(amount_micros)::int8 as micros
    from (${entries}) entries group by 1 order by 1`.execute(db);
  const faults: [string, LedgerFault[]][] = [];
  for (const { name, query } of checks) {
    const { rows } = await sql<LedgerFault>`${query} order by 1 limit ${mostShown}`.execute(db);
    faults.push([name, rows]);
  }
  const { transfers = 0, sum = 0 } = totals.rows[0] ?? {};
  return { transfers, sumMicros: sum, accounts: accounts.rows, faults: Object.fromEntries(faults) as LedgerReport['faults'] };
}

export function isSound({ sumMicros, faults }: LedgerReport): boolean {
  return sumMicros === 0 && Object.values(faults).every((found) => found.length === 0);
}
