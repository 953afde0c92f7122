import { type Kysely, sql } from 'kysely';

/**
 * Double entry: every row moves one amount from one account to another, so that the sum over all accounts is zero whatever is written.
 * Rows are only ever added. `credit_balances` repeats what the rows of a metered user add up to, to be checked against and locked.
 * Nothing looks for a row by its id alone, and an index for it would be paid by every accept.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger_transfers (
      id bigint generated always as identity,
      generation_id text,
      attempt_id text,
      user_id bigint,
      kind text not null check (kind in ('grant', 'hold', 'settle', 'release', 'overrun', 'cost', 'suspense', 'suspense_reversal')),
      debit_account text not null,
      credit_account text not null,
      amount_micros bigint not null check (amount_micros > 0),
      reference text,
      note text,
      created_at timestamptz not null default now(),
      check (debit_account <> credit_account)
    )`.execute(db);
  await sql`
    create unique index ledger_transfers_generation on ledger_transfers (generation_id, kind)
    where generation_id is not null and attempt_id is null`.execute(db);
  await sql`create unique index ledger_transfers_attempt on ledger_transfers (attempt_id, kind) where attempt_id is not null`.execute(db);
  await sql`create unique index ledger_transfers_reference on ledger_transfers (reference) where reference is not null`.execute(db);
  await sql`create index ledger_transfers_user on ledger_transfers (user_id, id) where user_id is not null`.execute(db);
  await sql`
    create function refuse_ledger_change() returns trigger language plpgsql as $$
    begin
      raise exception 'ledger_transfers is append-only' using errcode = 'restrict_violation';
    end $$`.execute(db);
  await sql`
    create trigger ledger_transfers_append_only before update or delete or truncate on ledger_transfers
    for each statement execute function refuse_ledger_change()`.execute(db);

  await sql`
    create table credit_balances (
      user_id bigint primary key references users (id),
      available_micros bigint not null default 0 check (available_micros >= 0),
      held_micros bigint not null default 0 check (held_micros >= 0)
    ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`.execute(db);

  // Kept only where a cap is configured: what a user or a provider has spent on a day of UTC, and what is held of it.
  await sql`
    create table daily_spend (
      day date not null,
      scope text not null,
      spent_micros bigint not null default 0,
      primary key (day, scope)
    ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`.execute(db);

  // A micro-credit has six decimals; without a scale of its own the column need not be rewritten.
  await sql`alter table generation_history_v2 alter column credits_used type numeric`.execute(db);
  await sql`alter table usage_rollups alter column credits type numeric`.execute(db);
  await sql`
    alter table generation_history_v2
      add column hold_micros bigint not null default 0 check (hold_micros >= 0),
      add column spend_scopes text[]`.execute(db);
  await holdForOpenGenerations(db);
  await createReserveCredits(db);
}

/** What is under way was accepted without a hold, and gets one that needs no balance. */
async function holdForOpenGenerations(db: Kysely<unknown>): Promise<void> {
  await sql`
    update generation_history_v2 set hold_micros = 2 * estimated_cost_micros
    where status in ('pending', 'processing') and estimated_cost_micros > 0`.execute(db);
  await sql`
    insert into ledger_transfers (generation_id, kind, debit_account, credit_account, amount_micros)
    select generation_id, 'hold', 'grants', 'grant_hold:' || user_id, hold_micros
    from generation_history_v2 where status in ('pending', 'processing') and hold_micros > 0`.execute(db);
}

/**
 * Decides a batch of generations in their order, where a balance or a cap has a say: each takes its idempotency key and its hold, or is
 * refused for what has no room and leaves nothing. Whoever's key is taken is left out. Balances are locked first, then counters, each in
 * order, and read under their lock: so the answer is exact however many batches come at once, and no two wait for each other.
 */
async function createReserveCredits(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function reserve_credits(asked jsonb, metered boolean, cap_per_user bigint, cap_per_provider bigint)
    returns table (generation_id text, refused_by text, room_micros bigint, spend_scopes text[]) language plpgsql volatile as $$
    #variable_conflict use_column
    declare
      today date := (now() at time zone 'UTC')::date;
      wish record;
      room bigint;
      counted text[];
      full_scope text;
    begin
      if metered then
        perform 1 from credit_balances
        where user_id in (select user_id from jsonb_to_recordset(asked) as wish (user_id bigint))
        order by user_id for update;
      end if;
      if cap_per_user is not null or cap_per_provider is not null then
        insert into daily_spend (day, scope)
        select distinct today, scope
        from jsonb_to_recordset(asked) as wish (user_id bigint, company text),
          lateral (values ('user:' || user_id, cap_per_user), ('provider:' || company, cap_per_provider)) as capped (scope, cap)
        where cap is not null order by scope
        on conflict do nothing;
        perform 1 from daily_spend
        where day = today and scope in (
          select unnest(array['user:' || user_id, 'provider:' || company]) from jsonb_to_recordset(asked) as wish (user_id bigint, company text))
        order by scope for update;
      end if;

      for wish in
        select * from jsonb_to_recordset(asked) as wish
          (generation_id text, user_id bigint, company text, hold_micros bigint, route text, key text, request_hash text)
      loop
        continue when wish.key is not null and exists (
          select from idempotency_keys where user_id = wish.user_id and route = wish.route and key = wish.key);
        if metered then
          room := coalesce((select available_micros from credit_balances where user_id = wish.user_id), 0);
          if room < wish.hold_micros then
            return query select wish.generation_id, 'balance', room, null::text[];
            continue;
          end if;
        end if;
        counted := array_remove(array[
          case when cap_per_provider is not null then 'provider:' || wish.company end,
          case when cap_per_user is not null then 'user:' || wish.user_id end], null);
        full_scope := null;
        select scope, greatest(0, cap - spent_micros) into full_scope, room
        from daily_spend, lateral (select case when scope like 'user:%' then cap_per_user else cap_per_provider end as cap) as configured
        where day = today and scope = any(counted) and spent_micros + wish.hold_micros > cap
        order by scope desc limit 1;
        if full_scope is not null then
          return query select wish.generation_id, full_scope, room, null::text[];
          continue;
        end if;
        if wish.key is not null then
          insert into idempotency_keys (user_id, route, key, request_hash, generation_id)
          values (wish.user_id, wish.route, wish.key, wish.request_hash, wish.generation_id)
          on conflict do nothing;
          continue when not found;
        end if;
        if metered then
          update credit_balances
          set available_micros = available_micros - wish.hold_micros, held_micros = held_micros + wish.hold_micros
          where user_id = wish.user_id;
        end if;
        update daily_spend set spent_micros = spent_micros + wish.hold_micros where day = today and scope = any(counted);
        return query select wish.generation_id, null::text, null::bigint, nullif(counted, '{}');
      end loop;
    end $$`.execute(db);
}
