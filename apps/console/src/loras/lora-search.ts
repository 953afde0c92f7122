/** What the LoRA page shows, as its address says it. */
export type LoraSearch = { search?: string; category?: string; base_model?: string; tags?: string[]; open?: number };

/** Reads an address; what means nothing is left out. */
export function readLoraSearch({ search, category, base_model, tags, open }: Record<string, unknown>): LoraSearch {
  const words = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string' && tag !== '') : [];
  return {
    ...(isText(search) && { search }),
    ...(isText(category) && { category }),
    ...(isText(base_model) && { base_model }),
    ...(words.length > 0 && { tags: words }),
    ...(Number.isSafeInteger(open) && Number(open) > 0 && { open: Number(open) }),
  };
}

/** What can be chosen from, without repetition, in the order of the alphabet. */
export function optionsOf(values: readonly string[]): string[] {
  return [...new Set(values)].sort((a, b) => a.localeCompare(b));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
