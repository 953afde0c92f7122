import { type Kysely, sql } from 'kysely';

/**
 * Lists of a user's generations by keyset, whatever they are filtered by, and what deleting and canceling write. The user and the LoRAs
 * stand in the search vector as capital lexemes (`U7`, `L309`), which no text parsed as `simple` can contain, so that one index answers
 * "this word, in what this user made" without looking at anybody else's rows.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table generation_history_v2 add column deleted_at timestamptz, add column cancel_requested_at timestamptz`.execute(db);
  await sql`alter table generation_history_v2 drop column search`.execute(db);
  await sql`
    alter table generation_history_v2 add column search tsvector generated always as (
      array_to_tsvector(string_to_array(
        'U' || user_id || ',L' || replace(translate(jsonb_path_query_array(loras, '$[*].id')::text, '[] ', ''), ',', ',L'), ','))
      || to_tsvector('simple', settings ->> 'prompt')) stored`.execute(db);
  await sql`create index idx_search on generation_history_v2 using gin (search) with (gin_pending_list_limit = 512)`.execute(db);
  await sql`drop index idx_user_history`.execute(db);
  await sql`create index idx_history on generation_history_v2 (user_id, created_at desc, id desc) where deleted_at is null`.execute(db);
  await sql`create index idx_history_engine on generation_history_v2 (user_id, engine, created_at desc, id desc) where deleted_at is null`.execute(
    db,
  );
  await sql`
    create index idx_history_favorites on generation_history_v2 (user_id, created_at desc, id desc)
    where is_favorite and deleted_at is null`.execute(db);
}
