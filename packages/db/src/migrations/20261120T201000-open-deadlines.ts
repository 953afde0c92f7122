import { type Kysely, sql } from 'kysely';

/** Finds what is past its deadline without looking at every open generation. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index idx_open_deadline on generation_history_v2 (deadline_at) where status in ('pending', 'processing')`.execute(db);
}
