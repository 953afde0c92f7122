import { type Kysely, sql } from 'kysely';

/**
 * `idx_waiting` finds whom a freed place goes to without walking a user's whole backlog. Generations without pictures stay out of
 * `idx_images`: a GIN entry for an empty list is paid at every accept and every update before the pictures come.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index idx_waiting on generation_history_v2 (user_id, next_attempt_at) where status = 'pending'`.execute(db);
  await sql`drop index idx_images`.execute(db);
  await sql`create index idx_images on generation_history_v2 using gin (images jsonb_path_ops) where images <> '[]'`.execute(db);
}
