import { describe, expect, it } from 'vitest';
import { openAiError, readPictures } from './openai-errors.ts';

const error = (code: string | null, type = 'invalid_request_error') => ({ error: { message: 'no', type, param: null, code } });
const moderated = (stage: string) => ({
  error: {
    message: 'Your request was rejected by the safety system.',
    type: 'image_generation_user_error',
    param: null,
    code: 'moderation_blocked',
    moderation_details: { moderation_stage: stage, categories: ['violence'] },
  },
});
const answer = (status: number, json?: unknown, headers = {}) => ({ status, json, headers });

describe('an answer without pictures', () => {
  it.each([
    [400, error('invalid_value'), 'invalid-request', 'no'],
    [400, moderated('input'), 'content-rejected', 'no'],
    [400, moderated('output'), 'content-rejected', 'no'],
    [401, error('invalid_api_key'), 'unauthorized', 'no'],
    [403, error(null), 'unauthorized', 'no'],
    [404, error('model_not_found'), 'not-found', 'no'],
    [429, error('rate_limit_exceeded', 'requests'), 'rate-limited', 'no'],
    [429, error('insufficient_quota', 'insufficient_quota'), 'insufficient-funds', 'no'],
    [408, error(null), 'unavailable', 'unknown'],
    [409, error(null), 'invalid-request', 'unknown'],
    [500, error(null, 'server_error'), 'unavailable', 'unknown'],
    [502, undefined, 'unavailable', 'unknown'],
    [503, error(null, 'server_error'), 'unavailable', 'unknown'],
    [504, undefined, 'unavailable', 'unknown'],
    [200, undefined, 'malformed', 'unknown'],
    [200, { data: [] }, 'malformed', 'unknown'],
    [200, { data: [{ url: 'https://x.example' }] }, 'malformed', 'unknown'],
  ])('answered %i %j is %s, billed: %s', (status, json, kind, billed) => {
    expect(() => readPictures(answer(status, json))).toThrow(expect.objectContaining({ kind, billed }));
  });

  it('keeps how long OpenAI asks to wait and what it calls the request', () => {
    const refusal = openAiError(answer(429, error('rate_limit_exceeded'), { 'retry-after': '20', 'x-request-id': 'req_1' }));
    expect(refusal.retryAfterMs).toBe(20_000);
    expect(refusal.cause).toMatchObject({ message: 'OpenAI answered HTTP 429, x-request-id req_1' });
  });
});
