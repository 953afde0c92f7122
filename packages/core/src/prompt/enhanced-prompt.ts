type Suffixes = { seed?: number | undefined; negativePrompt?: string | undefined };

/**
 * A prompt with the suffixes ` [seed:N]` and ` [not: …]` (PRD 4.3), for engines without such fields. Zero is a real seed; drawing a random
 * one is the caller's decision, so a negative seed adds nothing. Brackets of the negative prompt are escaped with a backslash, so that
 * `readDirectives` reads back exactly what went in and nothing can close the group early.
 */
export function buildEnhancedPrompt(prompt: string, { seed, negativePrompt }: Suffixes): string {
  const seedSuffix = seed !== undefined && seed >= 0 ? ` [seed:${seed}]` : '';
  const negativeSuffix = negativePrompt ? ` [not: ${escapeBrackets(negativePrompt)}]` : '';
  return `${prompt}${seedSuffix}${negativeSuffix}`;
}

function escapeBrackets(text: string): string {
  return text.replace(/[\\[\]]/g, '\\$&');
}
