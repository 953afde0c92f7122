import type { EngineId } from '@imagegen/core/engines/engine';
import { AppError } from '@imagegen/core/errors/app-error';
import type { Adjustment } from '@imagegen/core/generation/adjustment';
import { generationInputSchema } from '@imagegen/core/generation/input';
import type { GenerationOutput } from '@imagegen/core/generation/output';
import { validate, validationError } from '@imagegen/core/validation/validate';
import { engineNamed, isOpenAiModelName } from '../engine-names.ts';
import { approximated, dropped } from '../ignored-fields.ts';
import type { Translated } from '../translated.ts';
import { type EditsBody, editsBodySchema, type GenerationsBody, generationsBodySchema } from './input.ts';

type AnswerFormat = 'url' | 'b64_json';
export type OpenAiRequest = Translated & { answerFormat: AnswerFormat; stream: boolean };

const renderQualities = { low: 'low', medium: 'medium', high: 'high', standard: 'medium', hd: 'high' } as const;

/**
 * OpenAI's request for new pictures as canonical input.
 * @param openAiModel the configured one, for names that stand for it.
 * @throws AppError VALIDATION_ERROR, and NOT_FOUND with `details.model` for a model that nobody knows.
 */
export function translateGenerations(body: unknown, openAiModel: string): OpenAiRequest {
  const request = validate(generationsBodySchema, body);
  const engine = engineOf(request.model, { plain: null, openAi: 'openai' });
  // GPT image models answer with bytes, everything else of OpenAI's with addresses.
  const isGpt = isOpenAiModelName(request.model ?? '') && !request.model?.startsWith('dall-e');
  return translateShared(request, { engine, openAiModel, answerFormat: isGpt ? 'b64_json' : 'url', image: undefined });
}

/** The same for a picture to be changed. */
export function translateEdits(body: unknown, openAiModel: string): OpenAiRequest {
  const request = validate(editsBodySchema, body);
  const engine = engineOf(request.model, { plain: 'openai-edit', openAi: 'openai-edit' });
  return translateShared(request, { engine, openAiModel, answerFormat: 'b64_json', image: imageOf(request) });
}

function imageOf({ image, images }: EditsBody): string {
  const [first] = [image, images].flat().filter((picture) => picture !== undefined);
  if (first === undefined) throw validationError([{ path: 'image', message: 'is required' }]);
  return typeof first === 'string' ? first : first.image_url;
}

function engineOf(model: string | null | undefined, defaults: { plain: EngineId | null; openAi: EngineId }): EngineId | null {
  if (!model) return defaults.plain;
  if (model === 'auto') return null;
  const engine = engineNamed(model);
  if (!engine)
    throw new AppError('NOT_FOUND', `The model \`${model}\` does not exist or you do not have access to it.`, { details: { model } });
  return engine === 'openai' ? defaults.openAi : engine;
}

type Decided = { engine: EngineId | null; openAiModel: string; answerFormat: AnswerFormat; image: string | undefined };

function translateShared(request: GenerationsBody | EditsBody, { engine, openAiModel, answerFormat, image }: Decided): OpenAiRequest {
  const { prompt, n, size, quality, output_format: format, output_compression: compression, user, x_gateway: ours } = request;
  const input = validate(generationInputSchema, {
    ...ours,
    prompt,
    format: format ?? 'png',
    ...(engine && { engine }),
    ...(n && { num_images: n }),
    ...(size && size !== 'auto' && { dimensions: size }),
    ...(typeof compression === 'number' && { quality: compression }),
    ...(image !== undefined && { reference_image: image }),
    ...(user && { metadata: { ...ours?.metadata, user } }),
  });
  return {
    input: { ...input, ...(quality && quality !== 'auto' && { render_quality: renderQualities[quality] }) },
    adjustments: [...noteModel(request.model, openAiModel), ...noteUnused(request)],
    answerFormat: request.response_format ?? answerFormat,
    stream: request.stream ?? false,
  };
}

function noteModel(asked: string | null | undefined, used: string): Adjustment[] {
  if (!asked || !isOpenAiModelName(asked) || asked === used) return [];
  return [approximated('model', { asked, used }, 'the operator configures the model of OpenAI')];
}

const unused = ['background', 'moderation', 'style', 'input_fidelity', 'partial_images', 'safety_identifier'] as const;

function noteUnused(request: Record<string, unknown>): Adjustment[] {
  return unused
    .filter((name) => request[name] !== undefined && request[name] !== null && request[name] !== 'auto')
    .map((name) => dropped(name, request[name], 'not passed on to any engine'));
}

export type ImagesAnswer = {
  created: number;
  data: ({ url: string } | { b64_json: string })[];
  output_format: string;
  size: string;
  x_gateway: Pick<GenerationOutput, 'generation_id' | 'request_id' | 'engine' | 'provider' | 'credits_used' | 'adjustments'> & {
    receipt: GenerationOutput['routing'];
  };
};

/** OpenAI's ImagesResponse; `encoded` holds the pictures in base64 when they were asked for. */
export function translateOutput(output: GenerationOutput, encoded: readonly string[] | null): ImagesAnswer {
  const { generation_id, request_id, engine, provider, credits_used, adjustments, routing, images, created_at } = output;
  const [first] = images;
  return {
    created: Math.floor(Date.parse(created_at) / 1000),
    data: encoded ? encoded.map((b64_json) => ({ b64_json })) : images.map(({ url }) => ({ url })),
    output_format: first?.content_type.slice('image/'.length) ?? '',
    size: first ? `${first.width}x${first.height}` : '',
    x_gateway: { generation_id, request_id, engine, provider, credits_used, adjustments, receipt: routing },
  };
}
