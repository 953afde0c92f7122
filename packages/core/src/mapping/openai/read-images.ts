import * as z from 'zod';
import { readAnswer } from '../../errors/malformed-answer-error.ts';

const tokens = z.number().min(0).nullish();
const imagesSchema = z.object({
  data: z
    .array(z.object({ b64_json: z.string().min(1) }))
    .min(1)
    .max(16),
  usage: z
    .object({
      input_tokens: tokens,
      input_tokens_details: z.object({ text_tokens: tokens, image_tokens: tokens }).nullish(),
      output_tokens: tokens,
    })
    .nullish(),
});

export type OpenAiUsage = { textInputTokens: number; imageInputTokens: number; outputTokens: number };
export type OpenAiImages = { base64: string[]; usage: OpenAiUsage | null };

/**
 * The pictures of a GPT image model, always base64, and the tokens to pay for.
 * @throws MalformedAnswerError
 */
export function readImages(json: unknown): OpenAiImages {
  const { data, usage } = readAnswer(imagesSchema, json, "OpenAI's answer");
  return { base64: data.map((image) => image.b64_json), usage: usage ? readUsage(usage) : null };
}

function readUsage({ input_tokens, input_tokens_details, output_tokens }: NonNullable<z.infer<typeof imagesSchema>['usage']>): OpenAiUsage {
  const imageInputTokens = input_tokens_details?.image_tokens ?? 0;
  const textInputTokens = input_tokens_details?.text_tokens ?? Math.max(0, (input_tokens ?? 0) - imageInputTokens);
  return { textInputTokens, imageInputTokens, outputTokens: output_tokens ?? 0 };
}
