import { type Kysely, sql } from 'kysely';

/**
 * Counted once and read often: a row of `generation_outcomes` exists exactly as long as what happened is not yet in the rollups, the LoRA
 * counters and the pair scores. What ended before this migration is counted like everything else.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table generation_outcomes (
      id bigint generated always as identity primary key,
      generation_id text not null,
      kind text not null check (kind in ('ended', 'favorited', 'unfavorited'))
    ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000)`.execute(db);
  await sql`
    create table usage_rollups (
      user_id bigint not null,
      dimension text not null check (dimension in ('all', 'api', 'lora', 'combination')),
      day date not null,
      engine text not null,
      key text not null,
      generations int not null,
      completed int not null,
      images int not null,
      credits numeric(14, 4) not null,
      weight float8 not null,
      time_buckets int[] not null,
      primary key (user_id, dimension, day, engine, key)
    ) with (fillfactor = 80)`.execute(db);

  await sql`
    alter table lora_compatibility
      add column success_count int not null default 0,
      add column favorite_count int not null default 0`.execute(db);
  await sql`
    alter table lora_models
      add column description text not null default '',
      add column type text not null default 'Style LoRA',
      add column personality text not null default '',
      add column file_size_mb float8 not null default 19.3,
      add column usage_count int not null default 0,
      add column weight_total float8 not null default 0`.execute(db);
  await sql`
    update lora_models set description = known.description
    from (values
      (309, 'Natural faces in soft light'),
      (310, 'Layers of cut paper'),
      (311, 'Brush and ink on wet paper'),
      (312, 'Products on a clean background'),
      (313, 'Wide painted landscapes'),
      (314, 'Small cities seen from above')) as known (id, description)
    where lora_models.id = known.id`.execute(db);

  await sql`
    insert into generation_outcomes (generation_id, kind)
    select generation_id, 'ended' from generation_history_v2 where status in ('completed', 'failed') order by id`.execute(db);
}
