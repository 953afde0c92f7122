import { randomUUID } from 'node:crypto';
import type * as z from 'zod';
import type { Answer } from '../answer.ts';
import type { Refusal } from '../scenario.ts';

type OpenaiError = { readonly message: string; readonly type: string; readonly param: string | null; readonly code: string | null };

export function openaiError(status: number, error: OpenaiError & Readonly<Record<string, unknown>>): Answer {
  return { status, body: { error } };
}

export function invalidRequest(message: string, code: string | null, param: string | null = null): Answer {
  return openaiError(400, { message, type: 'invalid_request_error', param, code });
}

export function modelNotFound(model: string): Answer {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return openaiError(404, { message, type: 'invalid_request_error', param: null, code: 'model_not_found' });
}

export function moderationBlocked(stage: 'input' | 'output'): Answer {
  const message =
    'Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com and include the request ID ' +
    `${randomUUID()}. safety_violations=[sexual].`;
  const details = { moderation_stage: stage, categories: ['sexual'] };
  return openaiError(400, {
    message,
    type: 'image_generation_user_error',
    param: null,
    code: 'moderation_blocked',
    moderation_details: details,
  });
}

export const serverError: OpenaiError = {
  message: 'The server had an error while processing your request. Sorry about that!',
  type: 'server_error',
  param: null,
  code: null,
};

/** 400 for the first thing a schema does not allow; unknown parameters come first. */
export function openaiInvalid(error: z.ZodError): Answer {
  const unknown = error.issues.find((issue) => issue.code === 'unrecognized_keys');
  const issue = unknown ?? error.issues[0];
  const param = issue?.path.map(String).join('.') ?? '';
  if (issue?.code === 'unrecognized_keys') {
    const name = [param, issue.keys[0]].filter(Boolean).join('.');
    return invalidRequest(`Unknown parameter: '${name}'.`, 'unknown_parameter', name);
  }
  if (issue?.code === 'invalid_type') {
    if (issue.input === undefined) return invalidRequest(`Missing required parameter: '${param}'.`, 'missing_required_parameter', param);
    return invalidRequest(
      `Invalid type for '${param}': expected ${article(issue.expected)}, but got ${article(typeof issue.input)} instead.`,
      'invalid_type',
      param,
    );
  }
  if (issue?.code === 'invalid_value') {
    const values = issue.values.filter((value) => value !== null).map((value) => `'${String(value)}'`);
    return invalidRequest(`Invalid value: '${String(issue.input)}'. Supported values are: ${listed(values)}.`, 'invalid_value', param);
  }
  if (issue?.code === 'too_big' && issue.origin === 'string') {
    const message = `Invalid '${param}': string too long. Expected a string with maximum length ${issue.maximum}, but got a longer one instead.`;
    return invalidRequest(message, 'string_above_max_length', param);
  }
  if (issue?.code === 'too_big' && issue.origin !== 'array') {
    const message = `Invalid '${param}': integer above maximum value. Expected a value <= ${issue.maximum}, but got ${String(issue.input)} instead.`;
    return invalidRequest(message, 'integer_above_max_value', param);
  }
  if (issue?.code === 'too_small' && issue.origin !== 'array' && issue.origin !== 'string') {
    const message = `Invalid '${param}': integer below minimum value. Expected a value >= ${issue.minimum}, but got ${String(issue.input)} instead.`;
    return invalidRequest(message, 'integer_below_min_value', param);
  }
  return invalidRequest(issue?.message ?? 'Invalid request.', 'invalid_value', param || null);
}

function article(kind: string): string {
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind === 'int' ? 'integer' : kind}`.replace('a integer', 'an integer');
}

function listed(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')}, and ${values.at(-1)}`;
}

export function openaiRefusal(refusal: Refusal): Answer {
  if (refusal.kind === 'quota') {
    const message = 'You exceeded your current quota, please check your plan and billing details.';
    return openaiError(429, { message, type: 'insufficient_quota', param: null, code: 'insufficient_quota' });
  }
  if (refusal.kind === 'rate-limited') {
    const answer = openaiError(429, {
      message: 'Rate limit reached for images per minute. Please try again later.',
      type: 'requests',
      param: null,
      code: 'rate_limit_exceeded',
    });
    return refusal.retryAfterSeconds === null ? answer : { ...answer, headers: { 'retry-after': String(refusal.retryAfterSeconds) } };
  }
  switch (refusal.status) {
    case 400:
    case 422:
      return openaiError(refusal.status, {
        message: 'The request was not accepted.',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_value',
      });
    case 401:
      return openaiError(401, {
        message: 'Incorrect API key provided.',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key',
      });
    case 403: {
      const message =
        'Your organization must be verified to use the model. Please go to the organization settings and click on Verify Organization.';
      return openaiError(403, { message, type: 'invalid_request_error', param: null, code: null });
    }
    case 404:
      return modelNotFound('requested');
    default:
      return openaiError(refusal.status, serverError);
  }
}
