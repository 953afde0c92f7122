import { type Kysely, sql } from 'kysely';

/** Presets (PRD 4.4), LoRAs (table 163) and their compatibility (reorganization plan), with fictional rows under the known ids. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table generation_presets (
      id bigint generated always as identity primary key,
      user_id bigint not null references users (id) on delete cascade,
      name text not null check (length(name) between 1 and 255),
      description text not null default '',
      provider text,
      settings jsonb not null default '{}',
      loras jsonb not null default '[]',
      tags jsonb not null default '[]',
      thumbnail_url text,
      usage_count int not null default 0,
      is_public boolean not null default false,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      search tsvector generated always as (to_tsvector('simple', name || ' ' || description)) stored
    )`.execute(db);
  await sql`create index idx_user on generation_presets (user_id)`.execute(db);
  await sql`create index idx_public on generation_presets (is_public) where is_public`.execute(db);
  await sql`create index idx_presets_search on generation_presets using gin (search)`.execute(db);
  await sql`create index idx_presets_tags on generation_presets using gin (tags jsonb_path_ops)`.execute(db);

  await sql`
    create table lora_models (
      id int primary key,
      slug text not null unique,
      name text not null unique,
      url text not null,
      category text not null,
      tags text[] not null default '{}',
      base_model text not null default 'flux-dev',
      trigger_words text[] not null default '{}',
      thumbnail_url text,
      created_at timestamptz not null default now()
    )`.execute(db);

  await sql`
    create table lora_compatibility (
      id bigint generated always as identity primary key,
      lora_id_1 int not null references lora_models (id) on delete cascade,
      lora_id_2 int not null references lora_models (id) on delete cascade,
      compatibility_score numeric(4, 3) not null check (compatibility_score between 0 and 1),
      tested_count int not null default 0,
      success_rate numeric(4, 3) not null default 0 check (success_rate between 0 and 1),
      notes text not null default '',
      check (lora_id_1 < lora_id_2),
      unique (lora_id_1, lora_id_2)
    )`.execute(db);

  await sql`
    insert into lora_models (id, slug, name, url, category, tags, trigger_words) values
      (309, 'lora_001', 'Realistic Portrait', 'https://loras.example.com/realistic-portrait.safetensors', 'portrait', '{portrait,photographic,soft-light}', '{rlportrait}'),
      (310, 'lora_002', 'Paper Cut', 'https://loras.example.com/paper-cut.safetensors', 'illustration', '{paper,layered,craft}', '{papercut}'),
      (311, 'lora_003', 'Ink Wash', 'https://loras.example.com/ink-wash.safetensors', 'art', '{ink,brush,monochrome}', '{inkwash}'),
      (312, 'lora_004', 'Studio Product', 'https://loras.example.com/studio-product.safetensors', 'product', '{studio,packshot,clean}', '{stdprod}'),
      (313, 'lora_005', 'Anime Landscape', 'https://loras.example.com/anime-landscape.safetensors', 'anime', '{anime,landscape,vivid}', '{anmland}'),
      (314, 'lora_006', 'Isometric City', 'https://loras.example.com/isometric-city.safetensors', 'architecture', '{isometric,city,miniature}', '{isocity}')
  `.execute(db);
}
