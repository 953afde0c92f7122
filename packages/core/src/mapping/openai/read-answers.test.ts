import { describe, expect, it } from 'vitest';
import { MalformedAnswerError } from '../../errors/malformed-answer-error.ts';
import { readOpenAiError } from './read-error.ts';
import { readImages } from './read-images.ts';

describe('readImages', () => {
  it('reads the pictures and the tokens', () => {
    const usage = {
      input_tokens: 11,
      input_tokens_details: { text_tokens: 8, image_tokens: 3 },
      output_tokens: 196,
      total_tokens: 207,
    };
    expect(readImages({ created: 1, data: [{ b64_json: 'UklGR' }, { b64_json: 'AAAA' }], usage })).toEqual({
      base64: ['UklGR', 'AAAA'],
      usage: { textInputTokens: 8, imageInputTokens: 3, outputTokens: 196 },
    });
  });

  it('counts all input as text when it is not told apart', () => {
    expect(readImages({ data: [{ b64_json: 'A' }], usage: { input_tokens: 11, output_tokens: 5 } }).usage).toEqual({
      textInputTokens: 11,
      imageInputTokens: 0,
      outputTokens: 5,
    });
  });

  it('does without usage', () => {
    expect(readImages({ data: [{ b64_json: 'A' }] }).usage).toBeNull();
  });

  it.each([{}, { data: [] }, { data: [{ url: 'https://x' }] }, { data: [{ b64_json: '' }] }, null])('does not accept %j', (json) => {
    expect(() => readImages(json)).toThrow(MalformedAnswerError);
  });
});

describe('readOpenAiError', () => {
  const body = (message: string, type: string, code: string | null, param: string | null = null) => ({
    error: { message, type, param, code },
  });

  it.each([
    [400, body('Your request was rejected by the safety system.', 'image_generation_user_error', 'moderation_blocked'), 'content-rejected'],
    [401, body('Incorrect API key provided: sk-abc', 'invalid_request_error', 'invalid_api_key'), 'unauthorized'],
    [403, body('Your organization must be verified', 'invalid_request_error', null), 'unauthorized'],
    [404, body('The model `gpt-image-1` does not exist', 'invalid_request_error', 'model_not_found'), 'not-found'],
    [429, body('Rate limit reached', 'requests', 'rate_limit_exceeded'), 'rate-limited'],
    [429, body('You exceeded your current quota', 'insufficient_quota', 'insufficient_quota'), 'insufficient-funds'],
    [400, body('Billing hard limit has been reached', 'x', 'billing_hard_limit_reached'), 'insufficient-funds'],
    [500, body('The server had an error', 'server_error', null), 'unavailable'],
    [502, '<html>', 'unavailable'],
    [400, body('Invalid size', 'invalid_request_error', 'invalid_value', 'size'), 'invalid-request'],
    [400, '<html>', 'malformed'],
  ])('reads %d %j as %s', (httpStatus, json, kind) => {
    expect(readOpenAiError(httpStatus, json).kind).toBe(kind);
  });

  it('tells the caller which parameter was refused', () => {
    expect(readOpenAiError(400, body('Invalid value', 'invalid_request_error', null, 'size')).message).toBe(
      'The provider refused the request: size: Invalid value',
    );
  });
});
