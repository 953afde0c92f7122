import * as z from 'zod';
import { MalformedAnswerError, readAnswer } from '../../errors/malformed-answer-error.ts';

const resultSchema = z.object({
  images: z.array(z.object({ url: z.string().min(1), content_type: z.string().nullish() })).max(16),
  seed: z.number().nullish(),
  has_nsfw_concepts: z.array(z.boolean()).nullish(),
});

export type FalResult = { images: { url: string; contentType?: string; blocked: boolean }[]; seed: number | null };

/**
 * The output of a FLUX endpoint. With the safety checker on, a flagged picture comes back black, with HTTP 200 and its place in
 * `has_nsfw_concepts` true: such an image is `blocked`.
 * @throws MalformedAnswerError
 */
export function readFalResult(json: unknown): FalResult {
  const result = readAnswer(resultSchema, json, "fal's result");
  if (result.images.length === 0) throw new MalformedAnswerError("fal's result holds no images");
  return {
    images: result.images.map(({ url, content_type }, index) => ({
      url,
      ...(content_type && { contentType: content_type }),
      blocked: result.has_nsfw_concepts?.[index] === true,
    })),
    seed: result.seed ?? null,
  };
}
