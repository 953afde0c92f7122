/** A LoRA as ChatEnhanced's lists and selectors read it: `id` is compared by `===`, and `tags` is sliced unguarded. */
export type LoRAModel = {
  id: number;
  name: string;
  file_size_mb: number;
  type: string;
  personality: string;
  url: string;
  description: string;
  category: string;
  tags: string[];
  trigger_words: string[];
  base_model: string;
  thumbnail_url?: string;
  /** The same, under the name the newest front end reads. */
  thumbnail?: string;
  usage_count?: number;
  avg_weight?: number;
};

/** What a list of LoRAs can be narrowed by; `tags` are all wanted. */
export type LoRAFilters = { search?: string; category?: string; base_model?: string; tags?: readonly string[] };

/** A LoRA as the gateway tells it: what it does not know is `null` or missing. */
export type ToldLora = { [Name in keyof Omit<LoRAModel, 'id' | 'name'>]?: LoRAModel[Name] | null } & { id: number | string; name: string };

/** No field is `null`, and none that the front ends read unguarded is missing. */
export function toLoRAModel(told: ToldLora): LoRAModel {
  const { thumbnail_url: thumbnail, usage_count: usageCount, avg_weight: averageWeight } = told;
  return {
    id: Number(told.id),
    name: told.name,
    file_size_mb: told.file_size_mb ?? 0,
    type: told.type ?? '',
    personality: told.personality ?? '',
    url: told.url ?? '',
    description: told.description ?? '',
    category: told.category ?? '',
    tags: told.tags ?? [],
    trigger_words: told.trigger_words ?? [],
    base_model: told.base_model ?? '',
    ...(thumbnail && { thumbnail_url: thumbnail, thumbnail }),
    ...(typeof usageCount === 'number' && { usage_count: usageCount }),
    ...(typeof averageWeight === 'number' && { avg_weight: averageWeight }),
  };
}
