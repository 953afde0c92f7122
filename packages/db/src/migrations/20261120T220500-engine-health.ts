import { type Kysely, sql } from 'kysely';

/** What every process of a provider's service says of itself, and where a generation that nobody pinned may move to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table provider_heartbeats (
      provider text not null,
      instance text not null,
      version text not null,
      started_at timestamptz not null,
      seen_at timestamptz not null default now(),
      key text not null,
      concurrency int not null,
      running int not null,
      engines jsonb not null,
      primary key (provider, instance)
    ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`.execute(db);
  await sql`
    alter table generation_history_v2
      add column fallbacks jsonb not null default '[]',
      add column tries_elsewhere smallint not null default 0,
      add column accepted_as jsonb`.execute(db);
}
