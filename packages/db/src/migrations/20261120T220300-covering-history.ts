import { type Kysely, sql } from 'kysely';

/**
 * Lists by status or mark, and their totals, are read from the index alone: both columns were part of other indexes already, so that no update
 * touches more than before. An index answers alone only for pages that were vacuumed, hence the smaller share of changed rows to wait for.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop index idx_history, idx_history_engine`.execute(db);
  await sql`
    create index idx_history on generation_history_v2 (user_id, created_at desc, id desc) include (status, is_favorite)
    where deleted_at is null`.execute(db);
  await sql`
    create index idx_history_engine on generation_history_v2 (user_id, engine, created_at desc, id desc) include (status, is_favorite)
    where deleted_at is null`.execute(db);
  await sql`
    alter table generation_history_v2
    set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05)`.execute(db);
}
