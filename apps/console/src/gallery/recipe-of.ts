import type { GenerationInput } from '@imagegen/client/procedure-types';
import type { Generation } from '../api/trpc.ts';

/** What made a picture, as an input that makes it again: what was really used, with its seed and its engine. */
export function recipeOf({
  prompt,
  seed,
  engine,
  images: [image],
}: Pick<Generation, 'prompt' | 'seed' | 'engine' | 'images'>): GenerationInput {
  const { actual_steps: steps, actual_cfg: cfg } = image?.metadata ?? {};
  return {
    prompt,
    engine,
    ...(seed !== null && { seed }),
    ...(image && { width: image.width, height: image.height }),
    ...(steps && { steps }),
    ...(cfg && { cfg_scale: cfg }),
  };
}
