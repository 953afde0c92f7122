import { type Kysely, sql } from 'kysely';

/**
 * What the sweepers of pictures look for: pictures that are kept for a day only, and pictures that something still refers to. Rows that need
 * neither stay out of the indexes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table generation_history_v2 add column pictures_removed_at timestamptz`.execute(db);
  await sql`
    create index idx_temporary on generation_history_v2 (completed_at)
    where settings ->> 'save_to_vault' = 'false' and status = 'completed' and pictures_removed_at is null`.execute(db);
  await sql`
    create index idx_reference on generation_history_v2 ((settings ->> 'reference_image'))
    where settings ->> 'reference_image' like 'vault:%'`.execute(db);
  await sql`create index idx_preset_thumbnail on generation_presets (thumbnail_url) where thumbnail_url like 'vault:%'`.execute(db);
}
