import { describe, expect, it } from 'vitest';
import { MalformedAnswerError } from '../../errors/malformed-answer-error.ts';
import { readFalError } from './read-error.ts';
import { readFalResult } from './read-result.ts';
import { readFalStatus } from './read-status.ts';

describe('readFalStatus', () => {
  it.each([
    [
      { status: 'IN_QUEUE', request_id: 'r', queue_position: 3 },
      { kind: 'queued', position: 3 },
    ],
    [{ status: 'IN_QUEUE' }, { kind: 'queued', position: null }],
    [
      { status: 'IN_PROGRESS', logs: [{ message: '3/28' }, { message: '12/28', level: 'INFO' }] },
      { kind: 'running', progress: 42 },
    ],
    [
      { status: 'IN_PROGRESS', logs: null },
      { kind: 'running', progress: null },
    ],
    [
      { status: 'IN_PROGRESS', logs: {} },
      { kind: 'running', progress: null },
    ],
    [{ status: 'COMPLETED', metrics: { inference_time: 1.2 } }, { kind: 'completed' }],
    [{ status: 'COMPLETED', error: null, error_type: null }, { kind: 'completed' }],
    [
      { status: 'COMPLETED', error: 'Runner disconnected', error_type: 'runner_disconnected' },
      { kind: 'failed', error: 'Runner disconnected', errorType: 'runner_disconnected' },
    ],
    [
      { status: 'COMPLETED', error_type: 'request_timeout' },
      { kind: 'failed', error: 'request_timeout', errorType: 'request_timeout' },
    ],
    [
      { status: 'COMPLETED', error: { detail: [] } },
      { kind: 'failed', error: 'unknown error', errorType: null },
    ],
  ])('reads %j', (json, status) => {
    expect(readFalStatus(json)).toEqual(status);
  });

  it.each([null, 'COMPLETED', {}, { status: 'FAILED' }, { status: 'IN_QUEUE', queue_position: 'first' }])('does not accept %j', (json) => {
    expect(() => readFalStatus(json)).toThrow(MalformedAnswerError);
  });
});

describe('readFalResult', () => {
  it('reads the pictures, the seed and which were blocked', () => {
    const json = {
      images: [
        { url: 'https://v3b.fal.media/a.jpg', width: 1024, height: 768, content_type: 'image/jpeg' },
        { url: 'https://v3b.fal.media/b.jpg' },
      ],
      timings: { inference: 1.2 },
      seed: 1234,
      has_nsfw_concepts: [false, true],
      prompt: 'a red fox',
    };
    expect(readFalResult(json)).toEqual({
      images: [
        { url: 'https://v3b.fal.media/a.jpg', contentType: 'image/jpeg', blocked: false },
        { url: 'https://v3b.fal.media/b.jpg', blocked: true },
      ],
      seed: 1234,
    });
  });

  it('does with the least', () => {
    expect(readFalResult({ images: [{ url: 'data:image/png;base64,AA' }] })).toEqual({
      images: [{ url: 'data:image/png;base64,AA', blocked: false }],
      seed: null,
    });
  });

  it.each([{}, { images: [] }, { images: [{}] }, { images: 'x' }, { images: [{ url: 'x' }], seed: 'y' }, { detail: 'x' }])(
    'does not accept %j',
    (json) => {
      expect(() => readFalResult(json)).toThrow(MalformedAnswerError);
    },
  );

  it('names the places that are wrong, not their content', () => {
    expect(() => readFalResult({ images: [{ url: 7, secret: 'hidden' }] })).toThrow("fal's result is not as documented: images.0.url");
  });
});

describe('readFalError', () => {
  const problem = (type: string, msg = 'is wrong', loc = ['body', 'prompt']) => ({ detail: [{ loc, msg, type, input: 'x' }] });

  it.each([
    [422, problem('content_policy_violation'), 'content-rejected'],
    [422, problem('greater_than_equal'), 'invalid-request'],
    [422, problem('file_download_error'), 'invalid-request'],
    [400, { detail: 'Bad', error_type: 'bad_request' }, 'invalid-request'],
    [400, problem('downstream_service_error'), 'unavailable'],
    [500, problem('internal_server_error'), 'unavailable'],
    [504, { detail: 'Request timed out', error_type: 'request_timeout' }, 'unavailable'],
    [503, { detail: 'x', error_type: 'runner_disconnected' }, 'unavailable'],
    [499, { detail: 'x', error_type: 'client_cancelled' }, 'unavailable'],
    [503, '<html>', 'unavailable'],
    [401, { detail: 'No user found' }, 'unauthorized'],
    [403, { detail: 'Forbidden' }, 'unauthorized'],
    [403, { detail: 'User is locked. Reason: Exhausted balance. Top up your balance' }, 'insufficient-funds'],
    [402, {}, 'insufficient-funds'],
    [404, { detail: 'Not found' }, 'not-found'],
    [429, { detail: 'x', error_type: 'concurrent_requests_limit' }, 'rate-limited'],
    [400, '<html>', 'malformed'],
    [302, {}, 'malformed'],
  ])('reads %d %j as %s', (httpStatus, body, kind) => {
    expect(readFalError(httpStatus, body).kind).toBe(kind);
  });

  it('tells the caller which field was refused', () => {
    expect(readFalError(422, problem('one_of', 'Input should be a or b', ['body', 'loras', '0'])).message).toBe(
      'The provider refused the request: loras.0: Input should be a or b',
    );
  });
});
