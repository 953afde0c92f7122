export type OpenAiQuality = 'low' | 'medium' | 'high';

export type OpenAiModel = {
  /** Names start with this; the longest match counts. */
  prefix: string;
  /** `free`: any multiple of 16 within the bounds of `mapToOpenAiSize`. `three`: 1024×1024, 1536×1024, 1024×1536. */
  sizes: 'free' | 'three';
  /** US dollars for a million picture output tokens, when it is not the engine's price. */
  outputUsd?: number;
  /** How output tokens are counted: a factor of the published formula, or tokens for 1024×1024 that grow with the area. */
  tokens: { kind: 'factor' | 'square'; low: number; medium: number; high: number };
};

/** Sources: openai SDK 7.55.0 (sizes, models) and the image generation guide (tokens), read 2026-11-20. */
const models: readonly OpenAiModel[] = [
  { prefix: 'gpt-image-2', sizes: 'free', tokens: { kind: 'factor', low: 16, medium: 48, high: 96 } },
  { prefix: 'gpt-image-2.5', sizes: 'free', tokens: { kind: 'factor', low: 16, medium: 24, high: 48 } },
  // No factors are published for 2.6: the higher ones of gpt-image-2 are kept.
  { prefix: 'gpt-image-2.6', sizes: 'free', tokens: { kind: 'factor', low: 16, medium: 48, high: 96 } },
  { prefix: 'gpt-image-1', sizes: 'three', outputUsd: 32, tokens: { kind: 'square', low: 272, medium: 1056, high: 4160 } },
  { prefix: 'gpt-image-1-mini', sizes: 'three', outputUsd: 8, tokens: { kind: 'square', low: 272, medium: 1056, high: 4160 } },
  { prefix: 'chatgpt-image', sizes: 'three', outputUsd: 32, tokens: { kind: 'square', low: 272, medium: 1056, high: 4160 } },
];

export const defaultOpenAiModel = 'gpt-image-2';

/** Shut down by OpenAI: 2026-05-12 and, for gpt-image-1, 2026-10-23 (openai SDK 7.55.0, deprecation notes). */
const retired: ReadonlySet<string> = new Set(['dall-e-2', 'dall-e-3', 'gpt-image-1']);

/** The model that is really called: a retired name stands for the default one. */
export function currentOpenAiModel(name: string): string {
  return retired.has(name) ? defaultOpenAiModel : name;
}

/** What is known of a model; one that is not in the table yet is taken for a sibling of the default one. */
export function openAiModel(name: string): OpenAiModel {
  const known = models.filter((model) => name.startsWith(model.prefix)).sort((a, b) => b.prefix.length - a.prefix.length)[0];
  return known ?? openAiModel(defaultOpenAiModel);
}
