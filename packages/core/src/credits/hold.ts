import type { Engine } from '../engines/engine.ts';
import { usdToMicros } from '../estimate/money.ts';
import type { GenerationSettings } from '../generation/settings.ts';

/**
 * What is set aside for a generation, in micro-credits: its estimate, read the dearer way where the price can be read two ways. A megapixel
 * may be billed as 2²⁰ pixels, which the estimate expects, or as 10⁶, rounded up to whole ones.
 */
export function holdMicros(
  engine: Pick<Engine, 'price'>,
  { width, height, num_images: images = 1 }: Pick<GenerationSettings, 'width' | 'height' | 'num_images'>,
  estimatedMicros: number,
): number {
  const { unit, usd } = engine.price;
  const dearer = unit === 'megapixel' ? usdToMicros(usd) * Math.ceil((width * height) / 1e6) * images : 0;
  return Math.max(1, estimatedMicros, dearer);
}
