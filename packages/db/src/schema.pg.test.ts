import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from './migrated-database.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

async function columnsOf(table: string): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string; type: string }>`
    select column_name as name, udt_name as type from information_schema.columns where table_name = ${table}`.execute(database.db);
  return Object.fromEntries(rows.map(({ name, type }) => [name, type]));
}

async function indexesOf(table: string): Promise<string[]> {
  const { rows } = await sql<{ definition: string }>`select indexdef as definition from pg_indexes where tablename = ${table}`.execute(
    database.db,
  );
  return rows.map(({ definition }) => definition.replace(/^CREATE /, '').replace(' ON public.', ' ON '));
}

describe('the tables that were asked for, column by column', () => {
  test.for([
    [
      'generation_history_v2',
      {
        id: 'int8',
        request_id: 'text',
        generation_id: 'text',
        user_id: 'int8',
        provider: 'text',
        status: 'generation_status',
        settings: 'jsonb',
        loras: 'jsonb',
        images: 'jsonb',
        metadata: 'jsonb',
        credits_used: 'numeric',
        generation_time: 'int4',
        is_favorite: 'bool',
        error: 'jsonb',
        created_at: 'timestamptz',
        completed_at: 'timestamptz',
      },
    ],
    [
      'generation_presets',
      {
        id: 'int8',
        user_id: 'int8',
        name: 'text',
        description: 'text',
        provider: 'text',
        settings: 'jsonb',
        loras: 'jsonb',
        thumbnail_url: 'text',
        usage_count: 'int4',
        is_public: 'bool',
        tags: 'jsonb',
        created_at: 'timestamptz',
        updated_at: 'timestamptz',
      },
    ],
    ['lora_models', { id: 'int4', slug: 'text', name: 'text', url: 'text', category: 'text', tags: '_text' }],
    [
      'lora_compatibility',
      {
        id: 'int8',
        lora_id_1: 'int4',
        lora_id_2: 'int4',
        compatibility_score: 'numeric',
        tested_count: 'int4',
        success_rate: 'numeric',
        notes: 'text',
      },
    ],
  ] as const)('%s', async ([table, columns]) => {
    expect(await columnsOf(table)).toMatchObject(columns);
  });
});

test.for([
  ['generation_history_v2', 'UNIQUE INDEX generation_history_v2_generation_id_key ON generation_history_v2 USING btree (generation_id)'],
  ['generation_history_v2', 'UNIQUE INDEX idx_request_id ON generation_history_v2 USING btree (request_id)'],
  ['generation_history_v2', 'INDEX idx_user_status ON generation_history_v2 USING btree (user_id, status)'],
  ['generation_history_v2', 'INDEX idx_created ON generation_history_v2 USING btree (created_at)'],
  ['generation_presets', 'INDEX idx_user ON generation_presets USING btree (user_id)'],
  ['generation_presets', 'INDEX idx_public ON generation_presets USING btree (is_public) WHERE is_public'],
  ['generation_presets', 'INDEX idx_presets_search ON generation_presets USING gin (search)'],
] as const)('%s has the index %s', async ([table, index]) => {
  expect(await indexesOf(table)).toContain(index);
});

test('a generation has exactly the four statuses', async () => {
  const { rows } = await sql<{ status: string }>`select unnest(enum_range(null::generation_status))::text as status`.execute(database.db);
  expect(rows.map(({ status }) => status)).toEqual(['pending', 'processing', 'completed', 'failed']);
});

test('the LoRAs that are known by number are there', async () => {
  const loras = await database.db.selectFrom('lora_models').select('id').orderBy('id').execute();
  expect(loras.map(({ id }) => id)).toEqual([309, 310, 311, 312, 313, 314]);
});
