import { describe, expect, it } from 'vitest';
import { createError, endError } from './replicate-errors.ts';

const answer = (status: number, json?: unknown, headers = {}) => ({ status, json, headers });
const ended = { id: 'p1', predictTimeSeconds: null, urls: { get: null, cancel: null } };

describe('a creation', () => {
  it.each([
    [400, { title: 'Bad request', detail: 'no' }, 'invalid-request', 'no'],
    [401, { title: 'Unauthenticated', detail: 'no' }, 'unauthorized', 'no'],
    [402, { title: 'Insufficient credit', detail: 'no' }, 'insufficient-funds', 'no'],
    [404, { detail: 'not found' }, 'not-found', 'no'],
    [422, { title: 'Input validation failed', detail: '- input.prompt: is required\n' }, 'invalid-request', 'no'],
    [422, { title: 'Invalid version or not permitted', detail: 'no' }, 'not-found', 'no'],
    [429, { detail: 'Request was throttled.' }, 'rate-limited', 'no'],
    [408, undefined, 'unavailable', 'unknown'],
    [500, { detail: 'Internal server error' }, 'unavailable', 'unknown'],
    [502, undefined, 'unavailable', 'unknown'],
    [503, { detail: 'down' }, 'unavailable', 'unknown'],
    [504, undefined, 'unavailable', 'unknown'],
    [201, undefined, 'malformed', 'unknown'],
    [201, { status: 'starting' }, 'malformed', 'unknown'],
  ])('answered %i %j is %s, billed: %s', (status, json, kind, billed) => {
    expect(createError(answer(status, json))).toMatchObject({ kind, billed });
  });

  it('keeps how long Replicate asks to wait', () => {
    expect(createError(answer(429, {}, { 'retry-after': '30' })).retryAfterMs).toBe(30_000);
  });
});

describe('a prediction that ended without pictures', () => {
  it.each([
    [{ kind: 'failed', error: 'CUDA out of memory', contentRejected: false }, 'unavailable'],
    [{ kind: 'failed', error: 'All generated images contained NSFW content.', contentRejected: true }, 'content-rejected'],
    [{ kind: 'aborted' }, 'unavailable'],
    [{ kind: 'canceled' }, 'invalid-request'],
  ] as const)('%j is %s', (outcome, kind) => {
    expect(endError({ ...ended, ...outcome }, 0)).toMatchObject({ kind, billed: 'no' });
  });

  it('repeats what the model said, without addresses', () => {
    const error = endError({ ...ended, kind: 'failed', error: 'cannot load https://x.example/secret', contentRejected: false }, 0);
    expect(error.message).toBe('The prediction failed: cannot load [address]');
  });
});
