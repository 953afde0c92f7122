import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table users (
      id bigint generated always as identity primary key,
      subject text not null unique,
      role text not null default 'user' check (role in ('user', 'admin')),
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table api_keys (
      id text primary key,
      user_id bigint not null references users (id) on delete cascade,
      name text not null,
      key_hash bytea not null check (length(key_hash) = 32),
      created_at timestamptz not null default now(),
      last_used_at timestamptz,
      revoked_at timestamptz
    )`.execute(db);
  await sql`create index api_keys_user on api_keys (user_id)`.execute(db);
}
