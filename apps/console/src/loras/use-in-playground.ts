import { useNavigate } from '@tanstack/react-router';
import type { Lora } from '../api/trpc.ts';
import { useRecipe } from '../playground/use-recipe.ts';
import { withLora } from './with-lora.ts';

/** Puts a LoRA into the playground's form, at the weight it is mostly used with, and leads there. */
export function useInPlayground(): (lora: Lora) => void {
  const navigate = useNavigate();
  const [recipe, setRecipe] = useRecipe();
  return (lora) => {
    setRecipe(withLora(recipe, lora));
    void navigate({ to: '/' });
  };
}
