import { expect, test } from 'vitest';
import { firstRecipe, fromInput, toInput } from './recipe.ts';

test('leaves to the gateway what the form leaves open', () => {
  expect(toInput({ ...firstRecipe, prompt: 'a lighthouse' })).toEqual({
    prompt: 'a lighthouse',
    width: 1024,
    height: 1024,
    steps: 40,
    cfg_scale: 7.5,
    num_images: 1,
    format: 'jpeg',
  });
});

test('sends seed 0, which is a real seed', () => {
  expect(toInput({ ...firstRecipe, prompt: 'a lighthouse', seed: 0 })).toMatchObject({ seed: 0 });
});

test('a pinned engine needs no priority', () => {
  expect(toInput({ ...firstRecipe, engine: 'openai', priority: 'quality' })).not.toHaveProperty('priority');
});

test('is filled by an input and says the same again', () => {
  const input = { prompt: 'a harbour', seed: 7, loras: [{ id: 309, weight: 1.2 }], priority: 'quality' as const, width: 768, height: 1024 };
  expect(toInput(fromInput(firstRecipe, input))).toMatchObject(input);
});

test('a drawn seed stays drawn', () => {
  expect(fromInput(firstRecipe, { seed: -1 }).seed).toBeNull();
});
