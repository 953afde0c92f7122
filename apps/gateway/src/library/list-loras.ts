import { AppError } from '@imagegen/core/errors/app-error';
import { fitsModel } from '@imagegen/core/loras/base-model';
import { type Lora, type LoraOutput, loraOutputSchema } from '@imagegen/core/loras/lora';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import { presentLora } from './present-lora.ts';

const text = z.string().max(200);
const perPage = z.int().min(1).max(100);
export const loraQuerySchema = z.strictObject({
  search: text.optional().meta({ description: 'Part of the name, description, tags or trigger words.' }),
  category: text.optional(),
  base_model: text.optional(),
  tags: z.array(text).max(20).optional().meta({ description: 'All of them.' }),
  page: z.int().min(1).max(100_000).optional(),
  limit: perPage.optional(),
  per_page: perPage.optional().meta({ description: 'Another name of limit.' }),
});
export type LoraQuery = z.infer<typeof loraQuerySchema>;

export const loraListSchema = z.object({ loras: z.array(loraOutputSchema), total: z.number(), page: z.number(), limit: z.number() });
export type LoraList = z.infer<typeof loraListSchema>;

type Catalogue = Pick<GatewayContext, 'loras'>;

/** A page of the LoRAs, name ascending. */
export async function listLoras({ loras }: Catalogue, query: LoraQuery): Promise<LoraList> {
  const { page = 1, limit = query.per_page ?? 50 } = query;
  const matching = (await loras.all()).filter((lora) => matches(lora, query));
  const shown = matching.slice((page - 1) * limit, page * limit);
  return { loras: shown.map((lora) => presentLora(lora, { stats: true })), total: matching.length, page, limit };
}

/** Throws NOT_FOUND. */
export async function getLora({ loras }: Catalogue, id: number): Promise<LoraOutput> {
  const lora = (await loras.all()).find((known) => known.id === id);
  if (!lora) throw new AppError('NOT_FOUND', 'LoRA not found');
  return presentLora(lora, { stats: true });
}

/**
 * All LoRAs as the reorganized group lists them; `compatibleWith` names an engine, a base model, or a LoRA by id, slug or name: then the
 * others of its base model.
 */
export async function listAvailableLoras(
  { loras }: Catalogue,
  { stats, compatibleWith }: { stats: boolean; compatibleWith: string | undefined },
): Promise<LoraOutput[]> {
  const known = await loras.all();
  const partner = known.find(({ id, slug, name }) => [String(id), slug, name].some((called) => called === compatibleWith));
  const model = partner?.baseModel ?? compatibleWith;
  return known.filter((lora) => lora !== partner && (!model || fitsModel(lora, model))).map((lora) => presentLora(lora, { stats }));
}

function matches(lora: Lora, { search, category, base_model, tags = [] }: LoraQuery): boolean {
  const words = search?.trim().toLowerCase().split(/\s+/) ?? [];
  const texts = [lora.name, lora.slug, lora.description, lora.category, ...lora.tags, ...lora.triggerWords].join('\n').toLowerCase();
  return (
    words.every((word) => texts.includes(word)) &&
    (!category || lora.category.toLowerCase() === category.toLowerCase()) &&
    (!base_model || lora.baseModel.toLowerCase() === base_model.toLowerCase()) &&
    tags.every((tag) => lora.tags.some((known) => known.toLowerCase() === tag.toLowerCase()))
  );
}
