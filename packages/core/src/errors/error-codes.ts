/**
 * Every error this system can answer, once: how each door says it, whether repeating the same call can help, and what it means.
 * Codes of the first block end a call; codes of the second end a generation and appear in its `error`.
 */
type ErrorRow = { http: number; trpc: TrpcCode; retryable: boolean; meaning: string };

type TrpcCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORIZED'
  | 'PAYMENT_REQUIRED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_SUPPORTED'
  | 'CONFLICT'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'UNPROCESSABLE_CONTENT'
  | 'TOO_MANY_REQUESTS'
  | 'CLIENT_CLOSED_REQUEST'
  | 'INTERNAL_SERVER_ERROR'
  | 'BAD_GATEWAY'
  | 'SERVICE_UNAVAILABLE'
  | 'GATEWAY_TIMEOUT';

export const errorCodes = {
  VALIDATION_ERROR: {
    http: 400,
    trpc: 'BAD_REQUEST',
    retryable: false,
    meaning: 'A field is missing, unknown, of the wrong type or out of range.',
  },
  INVALID_LORA: { http: 400, trpc: 'BAD_REQUEST', retryable: false, meaning: 'A LoRA id is not known.' },
  LIMIT_EXCEEDED: { http: 400, trpc: 'BAD_REQUEST', retryable: false, meaning: 'More was asked of the engine than it can do.' },
  UNAUTHORIZED: { http: 401, trpc: 'UNAUTHORIZED', retryable: false, meaning: 'No valid key or token was sent.' },
  QUOTA_EXCEEDED: {
    http: 402,
    trpc: 'PAYMENT_REQUIRED',
    retryable: false,
    meaning: 'The balance, or what may be spent today, does not cover the generation.',
  },
  FORBIDDEN: { http: 403, trpc: 'FORBIDDEN', retryable: false, meaning: 'The key is valid but may not do this.' },
  NOT_FOUND: { http: 404, trpc: 'NOT_FOUND', retryable: false, meaning: 'There is no such thing, or it belongs to somebody else.' },
  METHOD_NOT_ALLOWED: { http: 405, trpc: 'METHOD_NOT_SUPPORTED', retryable: false, meaning: 'The path exists, with another method.' },
  CONFLICT: { http: 409, trpc: 'CONFLICT', retryable: false, meaning: 'The state of the thing does not allow this.' },
  PAYLOAD_TOO_LARGE: {
    http: 413,
    trpc: 'PAYLOAD_TOO_LARGE',
    retryable: false,
    meaning: 'The request body is larger than the door accepts.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    http: 415,
    trpc: 'UNSUPPORTED_MEDIA_TYPE',
    retryable: false,
    meaning: 'The content type is not one the door reads.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    http: 422,
    trpc: 'UNPROCESSABLE_CONTENT',
    retryable: false,
    meaning: 'The key was used before with another body.',
  },
  RATE_LIMITED: {
    http: 429,
    trpc: 'TOO_MANY_REQUESTS',
    retryable: true,
    meaning: 'Too many requests; Retry-After says when to come back.',
  },
  INTERNAL: { http: 500, trpc: 'INTERNAL_SERVER_ERROR', retryable: true, meaning: 'Our fault; the request id finds it in the logs.' },
  SERVICE_UNAVAILABLE: {
    http: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    retryable: true,
    meaning: 'Something we need is down; Retry-After says when to come back.',
  },
  WAIT_TIMEOUT: {
    http: 504,
    trpc: 'GATEWAY_TIMEOUT',
    retryable: true,
    meaning: 'The picture is not ready yet; it goes on and can be looked up by its ids.',
  },

  PROVIDER_ERROR: {
    http: 502,
    trpc: 'BAD_GATEWAY',
    retryable: true,
    meaning: 'The provider failed or answered something unusable. Not charged.',
  },
  CONTENT_REJECTED: {
    http: 400,
    trpc: 'BAD_REQUEST',
    retryable: false,
    meaning: "The provider's content policy refused the prompt or the picture. Not charged.",
  },
  PROVIDER_REJECTED: {
    http: 502,
    trpc: 'BAD_GATEWAY',
    retryable: false,
    meaning: 'The provider refused the request or our account. Not charged.',
  },
  OUTCOME_UNKNOWN: {
    http: 502,
    trpc: 'BAD_GATEWAY',
    retryable: true,
    meaning: "The provider's answer was lost and cannot be looked up. Never sent again, not charged.",
  },
  INVALID_IMAGE: {
    http: 502,
    trpc: 'BAD_GATEWAY',
    retryable: true,
    meaning: 'The provider delivered something that is not a whole picture. Not charged.',
  },
  DEADLINE_EXCEEDED: {
    http: 504,
    trpc: 'GATEWAY_TIMEOUT',
    retryable: true,
    meaning: 'The generation did not finish before its deadline. Not charged.',
  },
  CANCELED: { http: 409, trpc: 'CONFLICT', retryable: false, meaning: 'The generation was canceled.' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorCodes;
