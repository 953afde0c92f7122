import { type Kysely, sql } from 'kysely';

/** Claims in a row after which nothing was heard: a generation whose owners keep dying is told from one that only waits. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table generation_history_v2 add column claims smallint not null default 0`.execute(db);
}
