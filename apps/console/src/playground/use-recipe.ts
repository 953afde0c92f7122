import { useSessionStorage } from '@mantine/hooks';
import { firstRecipe, type Recipe } from './recipe.ts';

/** The form survives leaving the page and reloading it. Other pages fill it before they lead here. */
export function useRecipe(): [Recipe, (next: Recipe) => void] {
  const [recipe, setRecipe] = useSessionStorage<Recipe>({
    key: 'imagegen.recipe',
    defaultValue: firstRecipe,
    getInitialValueInEffect: false,
  });
  return [recipe, setRecipe];
}
