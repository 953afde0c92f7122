import type { ErrorCode } from './error-codes.ts';

/** The body of an error on every door but the legacy ones. */
export type ErrorBody = { code: ErrorCode; message: string; details?: Record<string, unknown> };

/** An answer that is an error: safe to show to the caller as it is. Whatever is not an `AppError` becomes `INTERNAL` at the door. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;
  /** Seconds, sent as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: Record<string, unknown>; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  toBody(): ErrorBody {
    return { code: this.code, message: this.message, ...(this.details && { details: this.details }) };
  }
}
