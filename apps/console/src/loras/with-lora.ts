import type { Lora } from '../api/trpc.ts';
import type { Recipe } from '../playground/recipe.ts';

const weightStep = 0.05;

/** The recipe with a LoRA more, rounded to what its slider can say; one that is in it already stays as it is. */
export function withLora(recipe: Recipe, { id, avg_weight: weight = 1 }: Pick<Lora, 'id' | 'avg_weight'>): Recipe {
  if (recipe.loras.some((lora) => lora.id === id)) return recipe;
  return { ...recipe, loras: [...recipe.loras, { id, weight: Number((Math.round(weight / weightStep) * weightStep).toFixed(2)) }] };
}
