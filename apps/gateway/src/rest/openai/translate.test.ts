import { AppError } from '@imagegen/core/errors/app-error';
import { describe, expect, it } from 'vitest';
import { formatOpenAiError, openAiStatus } from './error.ts';
import { translateEdits, translateGenerations } from './translate.ts';

const png = 'data:image/png;base64,iVBORw0KGgo=';
const generations = (fields: Record<string, unknown>) => translateGenerations({ prompt: 'a fox', ...fields }, 'gpt-image-2');
const edits = (fields: Record<string, unknown>) => translateEdits({ prompt: 'a fox', ...fields }, 'gpt-image-2');

describe("OpenAI's request", () => {
  it.each([
    [{}, {}],
    [{ model: 'auto' }, {}],
    [{ model: 'flux-standard' }, { engine: 'flux-standard' }],
    [{ model: 'fal-juggernaut' }, { engine: 'flux-juggernaut' }],
    [{ model: 'gpt-image-2' }, { engine: 'openai' }],
    [{ model: 'dall-e-3' }, { engine: 'openai' }],
    [{ n: 3 }, { num_images: 3 }],
    [{ n: null, size: null, quality: null, model: null, user: null, x_gateway: null }, {}],
    [{ size: '1536x1024' }, { dimensions: '1536x1024' }],
    [{ size: 'auto', quality: 'auto' }, {}],
    [{ quality: 'hd' }, { render_quality: 'high' }],
    [
      { output_format: 'webp', output_compression: 0 },
      { format: 'webp', quality: 0 },
    ],
    [{ user: 'u1' }, { metadata: { user: 'u1' } }],
    [
      { x_gateway: { seed: 7, loras: [{ id: 309 }], steps: 20, metadata: { a: 'b' } }, user: 'u1' },
      { seed: 7, loras: [{ id: 309, weight: 1 }], steps: 20, metadata: { a: 'b', user: 'u1' } },
    ],
  ])('%j becomes %j', (fields, input) => {
    expect(generations(fields).input).toEqual({ prompt: 'a fox', format: 'png', ...input });
  });

  it.each([
    [{}, 'url'],
    [{ model: 'flux-standard' }, 'url'],
    [{ model: 'dall-e-3' }, 'url'],
    [{ model: 'gpt-image-2' }, 'b64_json'],
    [{ model: 'gpt-image-2', response_format: 'url' }, 'url'],
    [{ model: 'auto', response_format: 'b64_json' }, 'b64_json'],
  ])('%j is answered with %s', (fields, format) => {
    expect(generations(fields).answerFormat).toBe(format);
  });

  it('says what it does not pass on', () => {
    const { adjustments } = generations({ model: 'dall-e-3', style: 'vivid', background: 'auto', moderation: 'low' });
    expect(adjustments.map(({ parameter, kind, used }) => [parameter, kind, used])).toEqual([
      ['model', 'approximated', 'gpt-image-2'],
      ['moderation', 'dropped', null],
      ['style', 'dropped', null],
    ]);
  });

  it.each([
    [{ image: png }, { engine: 'openai-edit' }],
    [{ image: [png], model: 'gpt-image-2' }, { engine: 'openai-edit' }],
    [{ images: [{ image_url: png }], model: 'openai' }, { engine: 'openai-edit' }],
    [
      { image: png, model: 'flux-standard', x_gateway: { strength: 0.4 } },
      { engine: 'flux-standard', strength: 0.4 },
    ],
    [{ image: png, model: 'auto' }, {}],
  ])('of an edit %j becomes %j', (fields, input) => {
    expect(edits(fields)).toMatchObject({ input: { prompt: 'a fox', reference_image: png, ...input }, answerFormat: 'b64_json' });
  });

  it.each([
    [() => translateGenerations({}, ''), "Missing required parameter: 'prompt'.", 'prompt', 'missing_required_parameter'],
    [() => generations({ foo: 1 }), "Unknown parameter: 'foo'.", 'foo', 'unknown_parameter'],
    [() => generations({ n: 9 }), "Invalid value for 'n': must be a whole number from 1 to 8.", 'n', 'invalid_value'],
    [() => generations({ size: 'big' }), 'Invalid value for \'size\': must be auto or look like "1024x1024".', 'size', 'invalid_value'],
    [() => generations({ x_gateway: { stepz: 1 } }), "Unknown parameter: 'x_gateway.stepz'.", 'x_gateway.stepz', 'unknown_parameter'],
    [() => edits({}), "Missing required parameter: 'image'.", 'image', 'missing_required_parameter'],
    [() => edits({ image: 'ftp://a' }), /^Invalid value for 'image'/, 'image', 'invalid_value'],
    [
      () => edits({ images: [png, png] }),
      "Invalid value for 'images': must be one picture, an edit here takes no more.",
      'images',
      'invalid_value',
    ],
    [() => edits({ image: [png, png] }), /^Invalid value for 'image'/, 'image', 'invalid_value'],
    [() => edits({ image: png, mask: png }), "Unknown parameter: 'mask'.", 'mask', 'unknown_parameter'],
  ])('is refused in their words (%#)', (translate, message, param, code) => {
    expect(formatOpenAiError(thrownBy(translate))).toMatchObject({
      error: {
        message: typeof message === 'string' ? message : expect.stringMatching(message),
        type: 'invalid_request_error',
        param,
        code,
      },
      x_gateway: { code: 'VALIDATION_ERROR' },
    });
  });
});

describe("OpenAI's errors", () => {
  it.each([
    [new AppError('UNAUTHORIZED', 'no'), 'invalid_request_error', 'invalid_api_key'],
    [new AppError('RATE_LIMITED', 'no'), 'requests', 'rate_limit_exceeded'],
    [new AppError('QUOTA_EXCEEDED', 'no'), 'insufficient_quota', 'insufficient_quota'],
    [new AppError('CONTENT_REJECTED', 'no'), 'image_generation_user_error', 'moderation_blocked'],
    [new AppError('NOT_FOUND', 'no'), 'invalid_request_error', null],
    [new AppError('NOT_FOUND', 'no', { details: { model: 'x' } }), 'invalid_request_error', 'model_not_found'],
    [new AppError('LIMIT_EXCEEDED', 'no'), 'invalid_request_error', null],
    [new AppError('WAIT_TIMEOUT', 'no'), 'server_error', null],
  ])('%j is a %s', (error, type, code) => {
    expect(formatOpenAiError(error)).toMatchObject({ error: { message: 'no', type, param: null, code }, x_gateway: { code: error.code } });
  });
});

it('an empty account is a 429, and everything else what it is elsewhere', () => {
  expect(openAiStatus(new AppError('QUOTA_EXCEEDED', 'no'))).toBe(429);
  expect(openAiStatus(new AppError('NOT_FOUND', 'no'))).toBe(404);
});

function thrownBy(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
