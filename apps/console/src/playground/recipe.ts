import type { GenerationInput } from '@imagegen/client/procedure-types';
import type { EngineId } from '@imagegen/core/engines/engine';

/** What the playground's form holds: the canonical input, with every field present. */
export type Recipe = {
  prompt: string;
  negativePrompt: string;
  width: number;
  height: number;
  steps: number;
  cfgScale: number;
  /** null draws one. */
  seed: number | null;
  images: number;
  loras: { id: number; weight: number }[];
  engine: EngineId | 'auto';
  priority: 'none' | 'speed' | 'quality' | 'cost';
  format: 'jpeg' | 'png' | 'webp';
};

export const firstRecipe: Recipe = {
  prompt: '',
  negativePrompt: '',
  width: 1024,
  height: 1024,
  steps: 40,
  cfgScale: 7.5,
  seed: null,
  images: 1,
  loras: [],
  engine: 'auto',
  priority: 'none',
  format: 'jpeg',
};

/** What is sent; a field that is left to the gateway is left out. */
export function toInput(recipe: Recipe): GenerationInput {
  const { prompt, negativePrompt, seed, images, engine, priority, cfgScale, loras, ...same } = recipe;
  return {
    ...same,
    prompt,
    cfg_scale: cfgScale,
    num_images: images,
    ...(negativePrompt.trim() && { negative_prompt: negativePrompt }),
    ...(seed !== null && { seed }),
    ...(loras.length > 0 && { loras }),
    ...(engine !== 'auto' && { engine }),
    ...(engine === 'auto' && priority !== 'none' && { priority }),
  };
}

/** The form as some input fills it: a preset that was applied, or a picture that is made again. What it does not say stays as it was. */
export function fromInput(recipe: Recipe, input: Partial<GenerationInput>): Recipe {
  return {
    ...recipe,
    prompt: input.prompt ?? recipe.prompt,
    negativePrompt: input.negative_prompt ?? recipe.negativePrompt,
    width: input.width ?? recipe.width,
    height: input.height ?? recipe.height,
    steps: input.steps ?? recipe.steps,
    cfgScale: input.cfg_scale ?? recipe.cfgScale,
    seed: input.seed === undefined || input.seed < 0 ? recipe.seed : input.seed,
    images: input.num_images ?? recipe.images,
    loras: input.loras?.map(({ id, weight = 1 }) => ({ id, weight })) ?? recipe.loras,
    engine: input.engine ?? recipe.engine,
    priority: input.priority ?? recipe.priority,
    format: input.format ?? recipe.format,
  };
}
