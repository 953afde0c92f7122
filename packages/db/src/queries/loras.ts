import type { Lora } from '@imagegen/core/loras/lora';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

/** All LoRAs, name ascending: a catalogue of some hundreds at most. */
export async function listLoras(db: Executor): Promise<Lora[]> {
  return db
    .selectFrom('lora_models')
    .select([
      'id',
      'slug',
      'name',
      'url',
      'category',
      'tags',
      'base_model as baseModel',
      'trigger_words as triggerWords',
      'thumbnail_url as thumbnailUrl',
      'description',
      'type',
      'personality',
      'file_size_mb as fileSizeMb',
      'usage_count as usageCount',
      sql<number>`case when usage_count > 0 then round((weight_total / usage_count)::numeric, 3)::float8 else 1 end`.as('averageWeight'),
    ])
    .orderBy('name')
    .execute();
}
