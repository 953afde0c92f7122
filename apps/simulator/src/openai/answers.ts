import type { Answer } from '../answer.ts';
import type { Gallery } from '../picture/gallery.ts';
import { spoilPicture } from '../spoil.ts';
import { moderationBlocked, openaiError, serverError } from './errors.ts';
import { type Generation, openaiPicture } from './generation.ts';

/** Paints the pictures of a call: base64, or undefined for one that its scenario has go missing. */
export function paintPictures(generation: Generation, gallery: Gallery): Promise<(string | undefined)[]> {
  return Promise.all(
    Array.from({ length: generation.pictures }, async (_, index) => {
      const bytes = await gallery.picture(openaiPicture(generation, index));
      return spoilPicture(bytes, generation.submission.scenario)?.toString('base64');
    }),
  );
}

/** What answers and stream events say about their pictures. */
export function echoOf({ order }: Generation) {
  const { size, quality, background, format } = order;
  return { size: `${size.width}x${size.height}`, quality, background, output_format: format };
}

/** The error that ends a call after it was accepted; undefined: it ends well. */
export function failureOf({ submission: { scenario } }: Generation): Answer | undefined {
  if (scenario['content-policy']) return moderationBlocked('output');
  return scenario.fail || scenario['runner-error'] ? openaiError(500, serverError) : undefined;
}

export async function openaiAnswer(generation: Generation, painted: Promise<(string | undefined)[]>): Promise<Answer> {
  const failure = failureOf(generation);
  if (failure) return failure;
  const data = (await painted).map((base64) => ({ b64_json: base64 }));
  return { status: 200, body: { created: Math.floor(Date.now() / 1000), ...echoOf(generation), data, usage: generation.usage } };
}
