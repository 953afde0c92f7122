export type ProviderErrorKind =
  | 'invalid-request'
  | 'content-rejected'
  | 'unauthorized'
  | 'insufficient-funds'
  | 'not-found'
  | 'rate-limited'
  | 'unavailable'
  | 'malformed';

/**
 * A provider said no, or nothing. `billed` is what the retry policy needs most: `no` when it is known that nothing was bought (never
 * sent, refused, or declared free by the provider), `unknown` otherwise.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly kind: ProviderErrorKind;
  readonly billed: 'no' | 'unknown';
  readonly retryAfterMs: number | null;
  /** What it is known to have cost although nothing came of it. */
  readonly costMicros: number;

  constructor(
    kind: ProviderErrorKind,
    message: string,
    facts: { billed: 'no' | 'unknown'; retryAfterMs?: number | null; costMicros?: number; cause?: unknown },
  ) {
    super(message, { cause: facts.cause });
    this.kind = kind;
    this.billed = facts.billed;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.costMicros = facts.costMicros ?? 0;
  }
}
