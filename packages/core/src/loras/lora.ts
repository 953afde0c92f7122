import * as z from 'zod';

/** A LoRA as the catalogue in Postgres knows it; `url` is fetched by the provider, never by us. */
export type Lora = {
  id: number;
  slug: string;
  name: string;
  url: string;
  category: string;
  tags: string[];
  baseModel: string;
  triggerWords: string[];
  thumbnailUrl: string | null;
  description: string;
  type: string;
  personality: string;
  fileSizeMb: number;
  /** Generations it was used in, by anybody. */
  usageCount: number;
  averageWeight: number;
};

/** A LoRA as every list answers it: the union of what the front ends read. */
export const loraOutputSchema = z.object({
  id: z.number(),
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  category: z.string(),
  type: z.string(),
  personality: z.string(),
  tags: z.array(z.string()),
  trigger_words: z.array(z.string()),
  base_model: z.string(),
  url: z.string(),
  file_size_mb: z.number(),
  thumbnail_url: z.string().nullable(),
  /** The same, under the name the newest front end reads. */
  thumbnail: z.string().nullable(),
  usage_count: z.number().optional(),
  avg_weight: z.number().optional(),
});
export type LoraOutput = z.infer<typeof loraOutputSchema>;
