import { type Kysely, sql } from 'kysely';

/** PRD 4.4 and the reorganization plan's `generation_history`, merged, with what paying at most once needs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create type generation_status as enum ('pending', 'processing', 'completed', 'failed')`.execute(db);
  await sql`
    create table generation_history_v2 (
      id bigint generated always as identity primary key,
      generation_id text not null unique,
      request_id text not null,
      user_id bigint not null references users (id),
      provider text not null,
      engine text not null,
      api text not null,
      status generation_status not null default 'pending',
      settings jsonb not null,
      loras jsonb not null default '[]',
      plan jsonb not null,
      adjustments jsonb not null default '[]',
      delivery_adjustments jsonb not null default '[]',
      routing jsonb not null,
      images jsonb not null default '[]',
      metadata jsonb not null default '{}',
      error jsonb,
      progress smallint not null default 0 check (progress between 0 and 100),
      queue_position int,
      credits_used numeric(10, 4) not null default 0 check (credits_used >= 0),
      estimated_cost_micros bigint not null,
      estimated_time_seconds int not null,
      generation_time int,
      is_favorite boolean not null default false,
      event_seq int not null default 1,
      tries smallint not null default 0,
      lease_epoch int not null default 0,
      lease_owner text,
      lease_until timestamptz,
      next_attempt_at timestamptz not null default now(),
      rung_at timestamptz not null default now(),
      started_at timestamptz,
      deadline_at timestamptz not null,
      created_at timestamptz not null default now(),
      completed_at timestamptz,
      search tsvector generated always as (to_tsvector('simple', settings ->> 'prompt')) stored,
      check ((status in ('completed', 'failed')) = (completed_at is not null))
    ) with (fillfactor = 85)`.execute(db);
  await sql`create unique index idx_request_id on generation_history_v2 (request_id)`.execute(db);
  await sql`create index idx_user_status on generation_history_v2 (user_id, status)`.execute(db);
  await sql`create index idx_created on generation_history_v2 (created_at)`.execute(db);
  await sql`create index idx_user_history on generation_history_v2 (user_id, created_at desc, id desc)`.execute(db);
  await sql`create index idx_search on generation_history_v2 using gin (search)`.execute(db);
  await sql`create index idx_images on generation_history_v2 using gin (images jsonb_path_ops)`.execute(db);
  await sql`create index idx_open on generation_history_v2 (rung_at) where status in ('pending', 'processing')`.execute(db);

  await sql`
    create table generation_attempts (
      id text primary key,
      generation_id text not null references generation_history_v2 (generation_id) on delete cascade,
      try smallint not null,
      call smallint not null,
      engine text not null,
      provider text not null,
      state text not null check (state in ('intent', 'submitted', 'succeeded', 'failed', 'unknown')),
      lease_epoch int not null,
      seed bigint,
      callback_token text not null unique,
      provider_request_id text,
      provider_urls jsonb,
      images jsonb,
      error jsonb,
      cost_micros bigint check (cost_micros >= 0),
      created_at timestamptz not null default now(),
      submitted_at timestamptz,
      finished_at timestamptz,
      unique (generation_id, try, call)
    )`.execute(db);
  await sql`create index generation_attempts_provider_request on generation_attempts (provider_request_id)`.execute(db);

  await sql`
    create table webhook_inbox (
      provider text not null,
      provider_request_id text not null,
      callback_token text not null,
      received_at timestamptz not null default now(),
      primary key (provider, provider_request_id)
    )`.execute(db);
  await sql`create index webhook_inbox_token on webhook_inbox (callback_token)`.execute(db);

  await sql`
    create table generation_events (
      generation_id text not null references generation_history_v2 (generation_id) on delete cascade,
      seq int not null check (seq > 0),
      type text not null,
      status generation_status not null,
      progress smallint not null,
      queue_position int,
      at timestamptz not null default now(),
      primary key (generation_id, seq)
    )`.execute(db);

  await sql`
    create table outbox (
      id bigint generated always as identity primary key,
      subject text not null,
      payload jsonb not null,
      created_at timestamptz not null default now()
    ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000)`.execute(db);

  await sql`
    create table idempotency_keys (
      user_id bigint not null,
      route text not null,
      key text not null,
      request_hash text not null,
      generation_id text not null,
      created_at timestamptz not null default now(),
      primary key (user_id, route, key)
    )`.execute(db);
  await sql`create index idempotency_keys_created on idempotency_keys (created_at)`.execute(db);
}
