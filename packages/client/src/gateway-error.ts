import type { AppRouter } from '@imagegen/gateway/trpc/app-router';
import { isTRPCClientError, type TRPCClientError } from '@trpc/client';

type ErrorBody = NonNullable<TRPCClientError<AppRouter>['data']>['error'];

export type GatewayErrorCode = ErrorBody['code'] | 'UNREACHABLE' | 'NOT_A_GATEWAY';

/**
 * What the gateway answered instead of a result: its code, its sentence and its details (`fields` for VALIDATION_ERROR). Two codes
 * are this side's own: `UNREACHABLE` for no answer, or that of something before the gateway; `NOT_A_GATEWAY` for one from somewhere else.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: GatewayErrorCode;
  readonly details: Record<string, unknown> | undefined;
  /** Finds the call in the gateway's logs. */
  readonly requestId: string | undefined;
  /** From `Retry-After`. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: GatewayErrorCode,
    message: string,
    options: { details?: Record<string, unknown> | undefined; response?: Response | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.requestId = options.response?.headers.get('x-request-id') ?? undefined;
    const seconds = Number(options.response?.headers.get('retry-after') ?? Number.NaN);
    this.retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  }
}

/** Any error of a call as a `GatewayError`; what no call throws stays as it is. */
export function toGatewayError(thrown: unknown): unknown {
  if (!isTRPCClientError<AppRouter>(thrown)) return thrown;
  const response = thrown.meta?.response instanceof Response ? thrown.meta.response : undefined;
  const body = thrown.data?.error;
  if (body) return new GatewayError(body.code, body.message, { details: detailsOf(body), response, cause: thrown });
  if (thrown.cause instanceof GatewayError) return thrown.cause;
  return unreachable(thrown, response);
}

/** For a call without an answer, or with half of one. */
export function unreachable(cause: unknown, response?: Response): GatewayError {
  const reason = cause instanceof Error ? reasonOf(cause) : String(cause);
  return new GatewayError('UNREACHABLE', `The gateway cannot be reached (${reason})`, { response, cause });
}

/** For an answer that is not JSON, so not the gateway's: of a proxy before it, or of something else entirely. */
export function foreignAnswer(response: Response): GatewayError {
  const code = response.status === 429 || response.status >= 500 ? 'UNREACHABLE' : 'NOT_A_GATEWAY';
  return new GatewayError(code, `What answers there is not the gateway (HTTP ${response.status})`, { response });
}

function detailsOf(body: ErrorBody): Record<string, unknown> | undefined {
  return 'details' in body ? body.details : undefined;
}

/** `fetch failed` hides what happened in a chain of causes. */
function reasonOf(error: Error): string {
  let innermost: Error = error;
  while (innermost.cause instanceof Error) innermost = innermost.cause;
  return innermost.message || ('code' in innermost ? String(innermost.code) : innermost.name);
}
