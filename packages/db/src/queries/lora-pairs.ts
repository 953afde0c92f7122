import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

export type KnownPair = { lora_id_1: number; lora_id_2: number; score: number; tested: number; success_rate: number; notes: string };

/** What was learned about pairs with at least one of these LoRAs. */
export async function listPairs(db: Executor, loraIds: readonly number[]): Promise<KnownPair[]> {
  return db
    .selectFrom('lora_compatibility')
    .select([
      'lora_id_1',
      'lora_id_2',
      sql<number>`compatibility_score::float8`.as('score'),
      'tested_count as tested',
      sql<number>`success_rate::float8`.as('success_rate'),
      'notes',
    ])
    .where((eb) => eb.or([eb('lora_id_1', 'in', [...loraIds]), eb('lora_id_2', 'in', [...loraIds])]))
    .execute();
}
