import type { Lora } from '@imagegen/core/loras/lora';
import type { Executor } from '../open-database.ts';

/** All LoRAs, name ascending: a catalogue of some hundreds at most. */
export async function listLoras(db: Executor): Promise<Lora[]> {
  return db
    .selectFrom('lora_models')
    .select(['id', 'slug', 'name', 'url', 'category', 'tags', 'base_model as baseModel'])
    .orderBy('name')
    .execute();
}
