/** What other image APIs and our own legacy doors call a field. */
const aliases: Readonly<Record<string, string>> = {
  guidance_scale: 'cfg_scale',
  guidance: 'cfg_scale',
  cfg: 'cfg_scale',
  cfgScale: 'cfg_scale',
  num_inference_steps: 'steps',
  inference_steps: 'steps',
  n: 'num_images',
  batch_size: 'num_images',
  num_outputs: 'num_images',
  numImages: 'num_images',
  output_format: 'format',
  output_quality: 'quality',
  output_compression: 'quality',
  negativePrompt: 'negative_prompt',
  image_url: 'reference_image',
  image: 'reference_image',
  init_image: 'reference_image',
  prompt_strength: 'strength',
  size: 'dimensions',
  scheduler: 'sampler',
  lora_models: 'loras',
  model: 'engine',
  provider: 'engine',
  limit: 'per_page',
};

const longestName = 40;

/** The known name that was most likely meant, if one is near enough. */
export function suggestName(unknown: string, known: readonly string[]): string | undefined {
  const alias = Object.hasOwn(aliases, unknown) ? aliases[unknown] : undefined;
  if (alias !== undefined && known.includes(alias)) return alias;
  if (unknown.length > longestName) return undefined;
  const allowed = unknown.length <= 3 ? 1 : unknown.length <= 7 ? 2 : 3;
  const ranked = known
    .map((name) => ({ name, distance: levenshtein(unknown.toLowerCase(), name) }))
    .sort((a, b) => a.distance - b.distance);
  const nearest = ranked[0];
  return nearest && nearest.distance <= allowed ? nearest.name : undefined;
}

/** Insertions, deletions and substitutions that turn one word into the other. */
export function levenshtein(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const substituted = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substituted));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
