import { expect, test } from 'vitest';
import { firstRecipe } from '../playground/recipe.ts';
import { withLora } from './with-lora.ts';

test('a LoRA comes with the weight it is mostly used with', () => {
  expect(withLora(firstRecipe, { id: 309, avg_weight: 0.868 }).loras).toEqual([{ id: 309, weight: 0.85 }]);
  expect(withLora(firstRecipe, { id: 309 }).loras).toEqual([{ id: 309, weight: 1 }]);
});

test('one that is chosen already keeps its weight', () => {
  const recipe = { ...firstRecipe, loras: [{ id: 309, weight: 0.4 }] };
  expect(withLora(recipe, { id: 309, avg_weight: 1 })).toBe(recipe);
});
