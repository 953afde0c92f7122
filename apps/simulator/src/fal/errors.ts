import type * as z from 'zod';
import type { Answer } from '../answer.ts';
import type { Refusal } from '../scenario.ts';

/** One entry of the `detail` list of a model error (fal docs, "Errors"). */
export type FalProblem = {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
  readonly [extra: string]: unknown;
};

const documentation = 'https://docs.fal.ai/errors#';

export function falProblem(loc: FalProblem['loc'], type: string, msg: string, extra: Readonly<Record<string, unknown>> = {}): FalProblem {
  return { loc: ['body', ...loc], msg, type, url: `${documentation}${type}`, ...extra };
}

/** The `detail` list for an input that the endpoint's schema does not allow. */
export function falProblems(error: z.ZodError): FalProblem[] {
  return error.issues.map((issue) => {
    const loc = issue.path.filter((part) => typeof part !== 'symbol');
    const extra = { input: issue.input };
    switch (issue.code) {
      case 'too_small': {
        const [type, words, key] = issue.inclusive
          ? (['greater_than_equal', 'greater than or equal to', 'ge'] as const)
          : (['greater_than', 'greater than', 'gt'] as const);
        return falProblem(loc, type, `Input should be ${words} ${issue.minimum}`, { ctx: { [key]: issue.minimum }, ...extra });
      }
      case 'too_big':
        return falProblem(loc, 'less_than_equal', `Input should be less than or equal to ${issue.maximum}`, {
          ctx: { le: issue.maximum },
          ...extra,
        });
      case 'invalid_value':
        return falProblem(loc, 'one_of', `Input should be ${issue.values.map((value) => `'${String(value)}'`).join(' or ')}`, {
          ctx: { expected: issue.values },
          ...extra,
        });
      case 'invalid_type':
        return issue.input === undefined
          ? falProblem(loc, 'missing', 'Field required', extra)
          : falProblem(loc, `${issue.expected}_type`, `Input should be a valid ${issue.expected}`, extra);
      default:
        return falProblem(loc, 'value_error', 'Input is none of the allowed kinds', extra);
    }
  });
}

/** A model error: `detail` is a list. */
export function falModelError(status: number, detail: readonly FalProblem[]): Answer {
  return { status, headers: { 'x-fal-retryable': String(status >= 500) }, body: { detail } };
}

/** A platform error: `detail` is a sentence and `error_type` names the cause. */
export function falPlatformError(status: number, errorType: string, detail: string): Answer {
  return {
    status,
    headers: { 'x-fal-error-type': errorType, 'x-fal-retryable': String(status >= 500) },
    body: { detail, error_type: errorType },
  };
}

export function falRefusal(refusal: Refusal): Answer {
  if (refusal.kind === 'quota') {
    const detail = 'User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.';
    return { status: 403, body: { detail } };
  }
  if (refusal.kind === 'rate-limited') {
    const answer = falPlatformError(429, 'concurrent_requests_limit', 'Too many concurrent requests.');
    const retryAfter: Record<string, string> =
      refusal.retryAfterSeconds === null ? {} : { 'retry-after': String(refusal.retryAfterSeconds) };
    return { ...answer, headers: { ...answer.headers, 'x-fal-needs-retry': '1', ...retryAfter } };
  }
  switch (refusal.status) {
    case 400:
      return falPlatformError(400, 'bad_request', 'The request could not be understood.');
    case 401:
      return { status: 401, body: { detail: 'Cannot access application. Authentication is required to access this application.' } };
    case 403:
      return { status: 403, body: { detail: 'Cannot access application. Access denied.' } };
    case 404:
      return { status: 404, body: { detail: 'Application not found' } };
    case 422:
      return falModelError(422, [falProblem(['prompt'], 'value_error', 'The input was not accepted')]);
    case 500:
      return falPlatformError(500, 'internal_error', 'Internal server error');
    case 502:
      return falPlatformError(502, 'runner_incomplete_response', 'The runner sent an incomplete response');
    case 503:
      return falPlatformError(503, 'runner_scheduling_failure', 'No runner could be scheduled');
    case 504:
      return falPlatformError(504, 'request_timeout', 'Request timed out');
  }
}
