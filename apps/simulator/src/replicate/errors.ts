import type * as z from 'zod';
import type { Answer } from '../answer.ts';
import type { Refusal } from '../scenario.ts';

export function replicateProblem(status: number, title: string, detail: string): Answer {
  return { status, headers: { 'content-type': 'application/problem+json' }, body: { title, detail, status } };
}

type InvalidField = { readonly type: string; readonly field: string; readonly description: string };

/** 422 for a request whose `root` (the body or its `input`) does not match the schema: words of the JSON Schema validator in use there. */
export function replicateInvalid(error: z.ZodError, root: 'body' | 'input'): Answer {
  const fields = error.issues.flatMap((issue) => describeIssue(issue, root));
  const detail = fields.map(describeField).join('');
  const answer = replicateProblem(422, 'Input validation failed', detail);
  return { ...answer, body: { ...(answer.body as object), invalid_fields: fields } };
}

function describeIssue(issue: z.core.$ZodIssue, root: string): InvalidField[] {
  const field = [root, ...issue.path.map(String)].join('.');
  const parent = [root, ...issue.path.slice(0, -1).map(String)].join('.');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        type: 'additional_property_not_allowed',
        field,
        description: `Additional property ${key} is not allowed`,
      }));
    case 'too_small':
      return [{ type: 'number_gte', field, description: `Must be greater than or equal to ${issue.minimum}` }];
    case 'too_big':
      return [{ type: 'number_lte', field, description: `Must be less than or equal to ${issue.maximum}` }];
    case 'invalid_value': {
      const allowed = issue.values.map((value) => JSON.stringify(value)).join(', ');
      return [{ type: 'enum', field, description: `${field} must be one of the following: ${allowed}` }];
    }
    case 'invalid_type':
      return issue.input === undefined
        ? [{ type: 'required', field: parent, description: `${String(issue.path.at(-1))} is required` }]
        : [
            {
              type: 'invalid_type',
              field,
              description: `Invalid type. Expected: ${issue.expected === 'int' ? 'integer' : issue.expected}, given: ${kindOf(issue.input)}`,
            },
          ];
    default:
      return [{ type: 'invalid', field, description: issue.message }];
  }
}

function describeField({ type, field, description }: InvalidField): string {
  return type === 'required' ? `- ${field}.${description}\n`.replace(' is required', ': is required') : `- ${field}: ${description}\n`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

export const noSuchVersion = replicateProblem(
  422,
  'Invalid version or not permitted',
  "The specified version does not exist (or perhaps you don't have permission to use it?)",
);

export const replicateNotFound = replicateProblem(404, 'Not found', 'The requested resource could not be found.');

export function replicateRefusal(refusal: Refusal): Answer {
  if (refusal.kind === 'quota') {
    return replicateProblem(
      402,
      'Insufficient credit',
      'You have insufficient credit to run this model. Go to replicate.com/account/billing to add some.',
    );
  }
  if (refusal.kind === 'rate-limited') {
    const { retryAfterSeconds } = refusal;
    const detail = `Request was throttled. Your rate limit resets in ~${retryAfterSeconds ?? 30}s.`;
    return {
      status: 429,
      headers: retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) },
      body: { detail, status: 429 },
    };
  }
  switch (refusal.status) {
    case 400:
      return replicateProblem(400, 'Bad request', 'The request could not be understood.');
    case 401:
      return replicateProblem(401, 'Unauthenticated', 'You did not pass a valid authentication token');
    case 403:
      return replicateProblem(403, 'Forbidden', 'You do not have permission to perform this action.');
    case 404:
      return replicateNotFound;
    case 422:
      return replicateProblem(422, 'Input validation failed', '- input.prompt: was not accepted\n');
    case 500:
      return replicateProblem(500, 'Internal server error', 'An unexpected error occurred.');
    case 502:
      return { status: 502, headers: { 'content-type': 'text/html' }, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' };
    case 503:
      return replicateProblem(503, 'Service unavailable', 'The service is temporarily unavailable.');
    case 504:
      return { status: 504, headers: { 'content-type': 'text/html' }, body: '<html><body><h1>504 Gateway Time-out</h1></body></html>' };
  }
}
