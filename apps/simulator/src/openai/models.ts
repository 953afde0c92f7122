type Quality = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

type Family = {
  /** Factors of the published token formula (see tokens.ts), or a table for models from before it. */
  readonly factors?: Readonly<Partial<Record<Quality, number>>>;
  readonly takesAnySize: boolean;
  readonly usdPerMillionOutputTokens: number;
  readonly inputFidelity: readonly ('low' | 'high')[];
};

const fidelities = ['low', 'high'] as const;

const image2: Family = { factors: { low: 16, medium: 48, high: 96 }, takesAnySize: true, usdPerMillionOutputTokens: 30, inputFidelity: [] };
// The factors of xhigh and max, and all of 2.6, are not published: assumed by carrying the series on.
const image25: Family = {
  factors: { low: 16, medium: 24, high: 48, xhigh: 72, max: 96 },
  takesAnySize: true,
  usdPerMillionOutputTokens: 30,
  inputFidelity: fidelities,
};
const image26: Family = { ...image25, factors: { low: 16, medium: 24, high: 48 } };
const image15: Family = { takesAnySize: false, usdPerMillionOutputTokens: 32, inputFidelity: fidelities };
const mini: Family = { takesAnySize: false, usdPerMillionOutputTokens: 8, inputFidelity: ['low'] };

/** Models that still answer. dall-e-2, dall-e-3 and gpt-image-1 are shut down and therefore absent. */
export const openaiModels: Readonly<Record<string, Family>> = {
  'gpt-image-2': image2,
  'gpt-image-2-2026-04-21': image2,
  'gpt-image-2.5-flare': image25,
  'gpt-image-2.5-flare-2026-09-08': image25,
  'gpt-image-2.5-sunburst': image25,
  'gpt-image-2.5-sunburst-2026-09-08': image25,
  'gpt-image-2.6-flare': image26,
  'gpt-image-2.6-sunburst': image26,
  'gpt-image-1.5': image15,
  'gpt-image-1.5-2025-12-16': image15,
  'chatgpt-image-latest': image15,
  'gpt-image-1-mini': mini,
};

export const defaultOpenaiModel = 'gpt-image-1.5';

/** Qualities that a model takes, `auto` aside. */
export function qualitiesOf(model: string): readonly string[] {
  return Object.keys(openaiModels[model]?.factors ?? { low: 0, medium: 0, high: 0 });
}
