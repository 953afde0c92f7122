import { type Kysely, sql } from 'kysely';

/**
 * Where callers want to be told, and what they are told. An endpoint that its owner has not registered stands for an origin that requests
 * name in `webhook_url`; such a delivery has its own URL. A delivery is one for an event and an endpoint, whoever makes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table generation_history_v2 add column webhook_url text`.execute(db);
  await sql`
    create table webhook_secrets (
      user_id bigint primary key references users (id),
      secret text not null,
      previous_secret text,
      previous_until timestamptz
    )`.execute(db);
  await sql`
    create table webhook_endpoints (
      id text primary key,
      user_id bigint not null references users (id),
      registered boolean not null,
      url text not null,
      description text not null default '',
      events text[] not null default '{}',
      secret text,
      previous_secret text,
      previous_until timestamptz,
      disabled_at timestamptz,
      disabled_reason text check (disabled_reason in ('owner', 'gone', 'failing')),
      failures int not null default 0,
      failing_since timestamptz,
      resume_at timestamptz not null default now(),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (user_id, url),
      check (registered = (secret is not null)),
      check ((disabled_at is null) = (disabled_reason is null))
    )`.execute(db);
  await sql`create index webhook_endpoints_failing on webhook_endpoints (failing_since) where failing_since is not null`.execute(db);
  await sql`
    create table webhook_deliveries (
      id bigint generated always as identity primary key,
      delivery_id text not null unique default 'msg_' || replace(gen_random_uuid()::text, '-', ''),
      endpoint_id text not null references webhook_endpoints (id) on delete cascade,
      user_id bigint not null,
      generation_id text references generation_history_v2 (generation_id) on delete cascade,
      seq int,
      type text not null,
      url text,
      status text not null default 'pending' check (status in ('pending', 'sending', 'delivered', 'failed')),
      tries smallint not null default 0,
      attempts jsonb not null default '[]',
      next_attempt_at timestamptz not null default now(),
      claim int not null default 0,
      lease_until timestamptz,
      created_at timestamptz not null default now(),
      finished_at timestamptz,
      unique (endpoint_id, generation_id, seq)
    )`.execute(db);
  await sql`create index webhook_deliveries_due on webhook_deliveries (endpoint_id, next_attempt_at) where status = 'pending'`.execute(db);
  await sql`create index webhook_deliveries_sending on webhook_deliveries (endpoint_id) where status = 'sending'`.execute(db);
  await sql`create index webhook_deliveries_of_user on webhook_deliveries (user_id, id desc)`.execute(db);
  await sql`create index webhook_deliveries_of_generation on webhook_deliveries (generation_id)`.execute(db);
}
