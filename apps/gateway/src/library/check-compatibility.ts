import { limits } from '@imagegen/core/generation/input';
import { type CompatibilityOutput, judgeCombination } from '@imagegen/core/loras/judge-combination';
import { listPairs } from '@imagegen/db/queries/lora-pairs';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';

export const compatibilityInputSchema = z.strictObject({
  lora_ids: z.array(z.int().min(1).max(limits.seedMax)).min(1).max(limits.loras),
  model: z.string().max(100).optional().meta({ description: 'An engine ("flux-advanced"), a base model ("flux-dev") or "auto".' }),
});
export type CompatibilityInput = z.infer<typeof compatibilityInputSchema>;

/** Whether these LoRAs go together, from what was learned of earlier pictures. Throws INVALID_LORA. */
export async function checkCompatibility(
  { db, loras }: Pick<GatewayContext, 'db' | 'loras'>,
  { lora_ids, model }: CompatibilityInput,
): Promise<CompatibilityOutput> {
  const ids = [...new Set(lora_ids)];
  await loras.resolve(ids.map((id) => ({ id, weight: 1 })));
  const [catalogue, learned] = await Promise.all([loras.all(), listPairs(db, ids)]);
  const asked = ids.flatMap((id) => catalogue.filter((lora) => lora.id === id));
  return judgeCombination({ asked, catalogue, learned, model });
}
