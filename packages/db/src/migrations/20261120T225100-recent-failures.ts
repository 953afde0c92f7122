import { type Kysely, sql } from 'kysely';

/** What failed lately, for whoever watches over the system. What was canceled is nobody's fault and stays out of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index idx_recent_failures on generation_history_v2 (completed_at desc)
    where status = 'failed' and error ->> 'code' <> 'CANCELED'`.execute(db);
}
