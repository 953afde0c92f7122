import { openaiModels } from './models.ts';

type Size = { readonly width: number; readonly height: number };

/** Output tokens of one picture from a model without a formula: square, landscape, portrait (OpenAI guide, gpt-image-1 family). */
const tokenTable: Readonly<Record<string, readonly [number, number, number]>> = {
  low: [272, 400, 408],
  medium: [1056, 1568, 1584],
  high: [4160, 6208, 6240],
};

const tokensPerPartialPicture = 100;
/** What a reference picture of about 512 pixels a side is counted as. Real counts vary with its size. */
const tokensPerReference = 194;
const usdPerTextToken = 5 / 1e6;
const usdPerReferenceToken = 8 / 1e6;

/** Published formula: `b = floor((2·q·short + long) / (2·long))`, `ceil(q · b · (2,000,000 + w·h) / 4,000,000)`. */
function formulaTokens(factor: number, { width, height }: Size): number {
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const base = Math.floor((2 * factor * short + long) / (2 * long));
  return Math.ceil((factor * base * (2_000_000 + width * height)) / 4_000_000);
}

/** Output tokens of one picture. */
export function pictureTokens(model: string, quality: string, size: Size): number {
  const factors: Readonly<Record<string, number>> | undefined = openaiModels[model]?.factors;
  const factor = factors?.[quality];
  if (factor !== undefined) return formulaTokens(factor, size);
  const [square, landscape, portrait] = tokenTable[quality] ?? [0, 0, 0];
  if (size.width === size.height) return square;
  return size.width > size.height ? landscape : portrait;
}

type Order = { readonly model: string; readonly prompt: string; readonly quality: string; readonly size: Size };
type Amounts = { readonly pictures: number; readonly partialPictures: number; readonly references: number };

/** The `usage` object of an answer. Text tokens are counted as a quarter of the characters. */
export function usageOf({ model, prompt, quality, size }: Order, { pictures, partialPictures, references }: Amounts) {
  const inputDetails = { text_tokens: Math.ceil(prompt.length / 4), image_tokens: references * tokensPerReference };
  const inputTokens = inputDetails.text_tokens + inputDetails.image_tokens;
  const outputTokens = pictures * pictureTokens(model, quality, size) + partialPictures * tokensPerPartialPicture;
  return {
    input_tokens: inputTokens,
    input_tokens_details: inputDetails,
    output_tokens: outputTokens,
    output_tokens_details: { image_tokens: outputTokens, text_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  };
}

export function priceUsdOf(model: string, usage: ReturnType<typeof usageOf>): number {
  const usdPerOutputToken = (openaiModels[model]?.usdPerMillionOutputTokens ?? 0) / 1e6;
  const { text_tokens: text, image_tokens: images } = usage.input_tokens_details;
  return Number((text * usdPerTextToken + images * usdPerReferenceToken + usage.output_tokens * usdPerOutputToken).toFixed(6));
}
