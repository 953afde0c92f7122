import type { AppError } from '@imagegen/core/errors/app-error';
import { type ErrorCode, errorCodes } from '@imagegen/core/errors/error-codes';
import type { ErrorFormatter } from '../../http/error-reply.ts';

/** OpenAI's names of our fields. */
const fieldNames: Readonly<Record<string, string>> = {
  num_images: 'n',
  dimensions: 'size',
  format: 'output_format',
  quality: 'output_compression',
  reference_image: 'image',
  engine: 'model',
};

type Kind = { type: string; code: string | null };

/** Types and codes as OpenAI's own errors have them; what is not listed is a bad request below 500 and a server error above. */
const kinds: Partial<Record<ErrorCode, Kind>> = {
  UNAUTHORIZED: { type: 'invalid_request_error', code: 'invalid_api_key' },
  QUOTA_EXCEEDED: { type: 'insufficient_quota', code: 'insufficient_quota' },
  RATE_LIMITED: { type: 'requests', code: 'rate_limit_exceeded' },
  CONTENT_REJECTED: { type: 'image_generation_user_error', code: 'moderation_blocked' },
  IDEMPOTENCY_KEY_REUSED: { type: 'invalid_request_error', code: 'idempotency_key_reused' },
  ...Object.fromEntries(
    (
      [
        'INTERNAL',
        'SERVICE_UNAVAILABLE',
        'WAIT_TIMEOUT',
        'PROVIDER_ERROR',
        'PROVIDER_REJECTED',
        'OUTCOME_UNKNOWN',
        'INVALID_IMAGE',
        'DEADLINE_EXCEEDED',
      ] as const
    ).map((code) => [code, { type: 'server_error', code: null }]),
  ),
};

/** OpenAI says 429 for an empty account as well; its clients know it as a RateLimitError with the code `insufficient_quota`. */
export function openAiStatus({ code }: AppError): number {
  return code === 'QUOTA_EXCEEDED' ? 429 : errorCodes[code].http;
}

/** OpenAI's error body, with our code and details beside it. */
export const formatOpenAiError: ErrorFormatter = (error) => {
  const field = firstField(error);
  return {
    error: {
      message: messageOf(error, field),
      type: kindOf(error, field).type,
      param: field?.name ?? null,
      code: kindOf(error, field).code,
    },
    x_gateway: { code: error.code, ...(error.details && { details: error.details }) },
  };
};

type Field = { name: string; message: string };

function kindOf(error: AppError, field: Field | null): Kind {
  const known = kinds[error.code];
  if (known) return known;
  if (error.code === 'NOT_FOUND' && error.details?.model) return { type: 'invalid_request_error', code: 'model_not_found' };
  return { type: 'invalid_request_error', code: field && codeOfField(field) };
}

function codeOfField({ message }: Field): string {
  if (message.startsWith('is not a known field')) return 'unknown_parameter';
  return message === 'is required' ? 'missing_required_parameter' : 'invalid_value';
}

function messageOf(error: AppError, field: Field | null): string {
  if (!field) return error.message;
  if (field.message.startsWith('is not a known field')) return `Unknown parameter: '${field.name}'.`;
  if (field.message === 'is required') return `Missing required parameter: '${field.name}'.`;
  return field.name ? `Invalid value for '${field.name}': ${field.message}.` : error.message;
}

function firstField({ code, details }: AppError): Field | null {
  const fields = code === 'VALIDATION_ERROR' ? details?.fields : undefined;
  const first: unknown = Array.isArray(fields) ? fields[0] : undefined;
  if (typeof first !== 'object' || first === null || !('path' in first) || !('message' in first)) return null;
  const path = String(first.path);
  return { name: Object.hasOwn(fieldNames, path) ? (fieldNames[path] ?? path) : path, message: String(first.message) };
}
