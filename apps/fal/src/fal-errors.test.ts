import { describe, expect, it } from 'vitest';
import { lookError, resultError, statusError, submitError } from './fal-errors.ts';

const problem = (type: string) => ({ detail: [{ loc: ['body', 'prompt'], msg: 'not this', type }] });
const platform = (errorType: string) => ({ detail: 'Something happened', error_type: errorType });
const answer = (status: number, json?: unknown, headers = {}) => ({ status, json, headers });

describe('a submission', () => {
  it.each([
    [400, platform('bad_request'), 'invalid-request', 'no'],
    [401, { detail: 'Authentication is required' }, 'unauthorized', 'no'],
    [403, { detail: 'Access denied' }, 'unauthorized', 'no'],
    [403, { detail: 'User is locked. Reason: Exhausted balance.' }, 'insufficient-funds', 'no'],
    [404, { detail: 'Application not found' }, 'not-found', 'no'],
    [422, problem('value_error'), 'invalid-request', 'no'],
    [422, problem('content_policy_violation'), 'content-rejected', 'no'],
    [429, platform('concurrent_requests_limit'), 'rate-limited', 'no'],
    [500, platform('internal_error'), 'unavailable', 'no'],
    [503, platform('runner_scheduling_failure'), 'unavailable', 'no'],
    [500, undefined, 'unavailable', 'unknown'],
    [503, undefined, 'unavailable', 'unknown'],
    [502, platform('runner_incomplete_response'), 'unavailable', 'unknown'],
    [504, platform('request_timeout'), 'unavailable', 'unknown'],
    [200, undefined, 'malformed', 'unknown'],
    [200, { status: 'IN_QUEUE' }, 'malformed', 'unknown'],
    [302, undefined, 'malformed', 'unknown'],
  ])('answered %i %j is %s, billed: %s', (status, json, kind, billed) => {
    expect(submitError(answer(status, json))).toMatchObject({ kind, billed });
  });

  it('keeps how long fal asks to wait', () => {
    expect(submitError(answer(429, {}, { 'retry-after': '7' })).retryAfterMs).toBe(7_000);
  });

  it("says fal's HTTP status in the cause, for the log", () => {
    expect(submitError(answer(503)).cause).toMatchObject({ message: 'fal answered HTTP 503' });
  });
});

describe('a result', () => {
  it.each([
    [422, problem('content_policy_violation'), 'content-rejected'],
    [422, problem('image_load_error'), 'invalid-request'],
    [400, platform('downstream_service_error'), 'unavailable'],
    [500, platform('internal_error'), 'unavailable'],
    [502, platform('runner_incomplete_response'), 'unavailable'],
    [503, platform('runner_disconnected'), 'unavailable'],
    [504, problem('generation_timeout'), 'unavailable'],
    [499, platform('client_cancelled'), 'unavailable'],
  ])('answered %i %j ends the request as %s, unbilled', (status, json, kind) => {
    expect(resultError(answer(status, json))).toMatchObject({ kind, billed: 'no' });
  });

  it.each([
    [401, { detail: 'Authentication is required' }],
    [404, { detail: 'Request not found' }],
    [429, platform('concurrent_requests_limit')],
    [502, undefined],
    [503, undefined],
    [400, { detail: 'Request is still in progress' }],
  ])('answered %i %j says nothing about the request', (status, json) => {
    expect(resultError(answer(status, json))).toBeNull();
  });
});

it('tells a failed look from a request that does not exist', () => {
  expect(lookError(answer(404, { detail: 'Request not found' }))).toMatchObject({ kind: 'not-found', billed: 'no' });
  expect(lookError(answer(500, platform('internal_error')))).toMatchObject({ kind: 'unavailable', billed: 'unknown' });
});

it('classifies what only the status says', () => {
  expect(statusError({ error: 'Runner disconnected', errorType: 'runner_disconnected' })).toMatchObject({
    kind: 'unavailable',
    billed: 'no',
  });
  expect(statusError({ error: 'no', errorType: 'content_policy_violation' })).toMatchObject({ kind: 'content-rejected', billed: 'no' });
  expect(statusError({ error: 'no', errorType: null })).toMatchObject({ kind: 'unavailable', billed: 'no' });
});
