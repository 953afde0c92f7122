import type { Executor } from '@imagegen/db/open-database';
import { type CompiledQuery, sql } from 'kysely';

export type Seeded = { hotUser: number; users: number };

/** Words that stand in this share of all prompts, beside twelve words drawn from a vocabulary of 5,000. */
const sharedWords = { everywhere: 1, lighthouse: 0.1, glacier: 0.01, axolotl: 0.0001 } as const;

/**
 * `rows` generations over a year by a thousand users, a tenth of them by one hot user, with plans, receipts and pictures of the size that
 * real ones have. The hot user never chose `openai-edit` nor LoRA 314. Indexes are made afterwards, as a restore would.
 */
export async function seedHistory(
  db: Executor,
  { rows, users, signal }: { rows: number; users: number; signal: AbortSignal },
): Promise<Seeded> {
  await sql`insert into users (subject) select 'bench:' || n from generate_series(1, ${users}::int) n`.execute(db);
  const { rows: found } = await sql<{ id: number }>`select min(id) as id from users where subject like 'bench:%'`.execute(db);
  const hotUser = found[0]?.id ?? 0;
  const remake = await dropIndexes(db);
  for (let from = 0; from < rows; from += 100_000) {
    signal.throwIfAborted();
    await insertRows(db, { hotUser, users, from, to: Math.min(rows, from + 100_000) });
  }
  for (const statement of remake) await db.executeQuery(statement);
  await insertPresets(db, hotUser, users);
  await sql`insert into generation_outcomes (generation_id, kind) select generation_id, 'ended' from generation_history_v2`.execute(db);
  return { hotUser, users };
}

/** Drops what can be made again faster than kept up, and says how to make it. Statements come from Postgres's own catalogue. */
async function dropIndexes(db: Executor): Promise<CompiledQuery[]> {
  const { rows } = await sql<{ name: string; definition: string }>`
    select indexname as name, indexdef as definition from pg_indexes
    where tablename = 'generation_history_v2' and indexname like 'idx%'`.execute(db);
  await sql`drop index ${sql.join(rows.map(({ name }) => sql.id(name)))}`.execute(db);
  return rows.map(({ definition }) => ({ ...sql`select 1`.compile(db), sql: definition }));
}

type Share = { hotUser: number; users: number; from: number; to: number };

async function insertRows(db: Executor, { hotUser, users, from, to }: Share): Promise<void> {
  await sql`
    insert into generation_history_v2 (generation_id, request_id, user_id, provider, engine, api, status, settings, loras, plan, adjustments,
      routing, images, metadata, error, progress, credits_used, estimated_cost_micros, estimated_time_seconds, generation_time, is_favorite,
      event_seq, deadline_at, created_at, completed_at, started_at)
    select 'gen_b' || lpad(n::text, 23, '0'), 'req_b' || lpad(n::text, 23, '0'), user_id, replace(engine, 'flux-', 'fal-'), engine,
      (array['v2', 'trpc', 'gateway', 'v1', 'deployed', 'openai'])[1 + floor(api * 6)::int],
      status::generation_status,
      jsonb_build_object('prompt', prompt, 'loras', loras, 'seed', n, 'seed_asked', true, 'width', 1024, 'height', 1024, 'num_images', 1,
        'format', 'jpeg', 'save_to_vault', true, 'track_usage', true),
      loras,
      jsonb_build_object('calls', jsonb_build_array(jsonb_build_object('endpoint', 'fal-ai/flux-lora', 'images', 1, 'seed', n, 'body',
        jsonb_build_object('prompt', prompt, 'seed', n, 'num_inference_steps', 40, 'guidance_scale', 7.5, 'image_size', 'square_hd'))),
        'actual', '{"steps": 40, "cfg_scale": 7.5, "width": 1024, "height": 1024}'::jsonb, 'transcode', null),
      '[]', jsonb_build_object('engine', engine, 'rule', 'default', 'considered', (
        select jsonb_agg(jsonb_build_object('engine', e, 'ok', true, 'reasons', '[]'::jsonb, 'estimated_cost', 0.025, 'estimated_time', 15))
        from unnest(array['flux-standard', 'flux-advanced', 'flux-juggernaut', 'replicate', 'openai', 'openai-edit']) e)),
      case when status = 'completed' then jsonb_build_array(jsonb_build_object('sha256', md5(n::text) || md5((n + 1)::text),
        'content_type', 'image/jpeg', 'width', 1024, 'height', 1024, 'bytes', 200000, 'seed', n, 'placeholder', md5(n::text))) else '[]' end,
      '{}', case when status = 'failed' then '{"code": "PROVIDER_ERROR", "message": "The provider failed."}'::jsonb end,
      100, case when status = 'completed' then 0.025 else 0 end, 25000, 15, (3000 + 20000 * power(chance, 3))::int, chance < 0.02, 4,
      created_at + interval '10 min', created_at, case when status in ('completed', 'failed') then created_at + interval '15 s' end, created_at
    from (
      select n, user_id, status, created_at, api, chance, prompt,
        case when user_id = ${hotUser}::bigint and engine = 'openai-edit' then 'openai' else engine end as engine,
        case when lora_count = 0 then '[]'::jsonb
          when user_id = ${hotUser}::bigint then jsonb_build_array(jsonb_build_object('id', 309 + n % 5, 'weight', 1))
            || case when lora_count > 1 then jsonb_build_array(jsonb_build_object('id', 309 + (n + 1) % 5, 'weight', 0.5)) else '[]' end
          else jsonb_build_array(jsonb_build_object('id', 309 + n % 6, 'weight', 1))
            || case when lora_count > 1 then jsonb_build_array(jsonb_build_object('id', 309 + (n + 2) % 6, 'weight', 0.5)) else '[]' end
        end as loras
      from (
        select n, now() - interval '365 days' * (1 - n / 1000000.0) as created_at, random() as api, random() as chance,
          case when random() < 0.1 then ${hotUser}::bigint else ${hotUser}::bigint + 1 + floor(random() * (${users}::int - 1))::int end as user_id,
          case when n % 20 = 0 then 'failed' when n > 999990 then 'pending' else 'completed' end as status,
          (array['flux-standard', 'flux-standard', 'flux-standard', 'flux-advanced', 'flux-juggernaut', 'replicate', 'openai', 'openai-edit'])[1 + floor(random() * 8)::int] as engine,
          greatest(0, floor(random() * 5)::int - 2) as lora_count,
          'everywhere ' || case when random() < ${sharedWords.lighthouse} then 'lighthouse ' else '' end
            || case when random() < ${sharedWords.glacier} then 'glacier at dusk ' else '' end
            || case when random() < ${sharedWords.axolotl} then 'axolotl ' else '' end
            || (select string_agg('w' || floor(5000 * power(random(), 2))::int, ' ') from generate_series(1, 12 + n * 0)) as prompt
        from generate_series(${from + 1}::int, ${to}::int) n) drawn) made`.execute(db);
}

async function insertPresets(db: Executor, hotUser: number, users: number): Promise<void> {
  await sql`
    insert into generation_presets (user_id, name, description, settings, tags, usage_count, is_public)
    select ${hotUser}::bigint + n % ${users}::int, 'Preset ' || n, 'word' || n % 500, '{"steps": 30}', jsonb_build_array('tag' || n % 50),
      (random() * 1000)::int, n % 5 = 0
    from generate_series(1, 20000) n`.execute(db);
}
