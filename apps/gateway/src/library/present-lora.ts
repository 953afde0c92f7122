import type { Lora, LoraOutput } from '@imagegen/core/loras/lora';

/** The union of what the front ends read of a LoRA; without statistics unless they are asked for. */
export function presentLora(lora: Lora, { stats }: { stats: boolean }): LoraOutput {
  const { id, slug, name, description, category, type, personality, tags, url } = lora;
  return {
    id,
    slug,
    name,
    description,
    category,
    type,
    personality,
    tags,
    trigger_words: lora.triggerWords,
    base_model: lora.baseModel,
    url,
    file_size_mb: lora.fileSizeMb,
    thumbnail_url: lora.thumbnailUrl,
    thumbnail: lora.thumbnailUrl,
    ...(stats && { usage_count: lora.usageCount, avg_weight: lora.averageWeight }),
  };
}
