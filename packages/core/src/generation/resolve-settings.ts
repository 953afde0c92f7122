import { readDirectives } from '../prompt/directives.ts';
import { validationError } from '../validation/validate.ts';
import type { Adjustment } from './adjustment.ts';
import { defaultPixels, type GenerationInput, imageSizePresets, limits } from './input.ts';
import type { GenerationSettings, SubmittedInput } from './settings.ts';

type Resolved = { settings: GenerationSettings; adjustments: Adjustment[] };

/**
 * Decides what the input leaves open before any engine is chosen: directives typed into the prompt, one size out of three ways to say it,
 * and the seed. Everything else passes through; what was not asked stays absent.
 * @param drawSeed a random whole number from 0 to 2³¹−1.
 * @throws AppError VALIDATION_ERROR for a prompt of directives only and for `dimensions` out of bounds.
 */
export function resolveSettings(input: SubmittedInput, { drawSeed }: { drawSeed: () => number }): Resolved {
  const { seed: askedSeed, dimensions, image_size, engine, idempotency_key, webhook_url, metadata, deadline_seconds, ...kept } = input;
  const directives = readDirectives(input.prompt);
  if (directives.text === '') throw validationError([{ path: 'prompt', message: 'must say what to draw beside its directives' }]);
  const adjustments: Adjustment[] = directives.problems.map(({ directive, reason }) => dropped('prompt', directive, null, reason));

  if (askedSeed !== undefined && directives.seed !== undefined && directives.seed !== askedSeed) {
    adjustments.push(dropped('seed', directives.seed, askedSeed, 'the seed field wins over a [seed:…] in the prompt'));
  }
  const negativePrompt = input.negative_prompt || directives.negativePrompt;
  if (directives.negativePrompt !== undefined && negativePrompt !== directives.negativePrompt) {
    adjustments.push(
      dropped('negative_prompt', directives.negativePrompt, negativePrompt, 'the negative_prompt field wins over a [not: …] in the prompt'),
    );
  }
  const seed = askedSeed ?? directives.seed ?? -1;
  return {
    settings: {
      ...kept,
      prompt: directives.text,
      ...(negativePrompt !== undefined && { negative_prompt: negativePrompt }),
      seed: seed === -1 ? drawSeed() : seed,
      seed_asked: seed !== -1,
      ...resolveSize(input),
    },
    adjustments,
  };
}

function resolveSize({ width, height, dimensions, image_size }: GenerationInput): { width: number; height: number } {
  const named = readDimensions(dimensions);
  if (width !== undefined || height !== undefined) return { width: width ?? defaultPixels, height: height ?? defaultPixels };
  if (named) return named;
  if (image_size) return imageSizePresets[image_size];
  return { width: defaultPixels, height: defaultPixels };
}

function readDimensions(dimensions: string | undefined): { width: number; height: number } | undefined {
  if (dimensions === undefined) return undefined;
  const [width = 0, height = 0] = dimensions.toLowerCase().split('x').map(Number);
  const { min, max } = limits.pixels;
  const fits = (pixels: number) => pixels >= min && pixels <= max;
  if (!fits(width) || !fits(height)) {
    throw validationError([{ path: 'dimensions', message: `must be "WxH" with ${min} to ${max} pixels each way` }]);
  }
  return { width, height };
}

function dropped(parameter: string, asked: unknown, used: unknown, reason: string): Adjustment {
  return { parameter, kind: 'dropped', asked, used, reason };
}
