import { Client } from 'pg';
import type { AttemptRow, BalanceRow, EventRow, Evidence, GenerationRow, KeyRow, QuietFacts, TransferRow } from './evidence.ts';

type Rows = Pick<Evidence, 'generations' | 'attempts' | 'events' | 'keys' | 'credits'>;

export async function withDatabase<Result>(databaseUrl: string, read: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await read(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** How much is left to do. */
export async function readQuiet(client: Client): Promise<Omit<QuietFacts, 'recoveryMs' | 'limitMs'>> {
  const { rows } = await client.query<{ open: number; outbox: number; leases: number }>(`
    select (select count(*) from generation_history_v2 where status in ('pending', 'processing'))::int as open,
      (select count(*) from outbox)::int as outbox,
      (select count(*) from generation_history_v2 where lease_owner is not null)::int as leases`);
  const counted = rows[0] ?? { open: 0, outbox: 0, leases: 0 };
  return { openGenerations: counted.open, outboxRows: counted.outbox, leases: counted.leases };
}

/** The rows that the checker looks at, read in one transaction. */
export async function readRows(client: Client): Promise<Rows> {
  await client.query('begin isolation level repeatable read read only');
  const select = async <Row extends object>(text: string) => (await client.query<Row>(text)).rows;
  const generations = await select<GenerationRow>(`
    select generation_id, request_id, user_id::int, status::text, settings ->> 'prompt' as prompt, engine,
      jsonb_array_length(plan -> 'calls') as calls, round(credits_used * 1000000)::float8 as credits_micros,
      coalesce((select jsonb_agg(jsonb_build_object('sha256', image -> 'sha256', 'width', image -> 'width', 'height', image -> 'height'))
        from jsonb_array_elements(images) as image), '[]') as images,
      error ->> 'code' as error_code, event_seq, lease_epoch, lease_owner is not null as is_held,
      extract(epoch from created_at)::float8 * 1000 as created_at, extract(epoch from completed_at)::float8 * 1000 as completed_at,
      extract(epoch from cancel_requested_at)::float8 * 1000 as cancel_requested_at
    from generation_history_v2 order by id`);
  const attempts = await select<AttemptRow>(`
    select id, generation_id, try, call, provider, state, error ->> 'code' as error_code, callback_token, provider_request_id,
      extract(epoch from created_at)::float8 * 1000 as created_at
    from generation_attempts order by generation_id, try, call`);
  const events = await select<EventRow>('select generation_id, seq, type, status::text from generation_events order by generation_id, seq');
  const keys = await select<KeyRow>('select user_id::int, key, generation_id from idempotency_keys');
  const credits = await readCredits(client);
  await client.query('commit');
  return { generations, attempts, events, keys, credits };
}

async function readCredits(client: Client): Promise<Evidence['credits']> {
  const { rows } = await client.query<{ there: boolean }>(
    "select to_regclass('ledger_transfers') is not null and to_regclass('credit_balances') is not null as there",
  );
  if (!rows[0]?.there) return null;
  const transfers = await client.query<TransferRow>(`
    select id::text, generation_id, attempt_id, kind::text, debit_account, credit_account, amount_micros::float8 from ledger_transfers`);
  const balances = await client.query<BalanceRow>(
    'select user_id::int, available_micros::float8, held_micros::float8 from credit_balances',
  );
  return { transfers: transfers.rows, balances: balances.rows };
}
