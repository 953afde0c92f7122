import { GatewayError, type GatewayErrorCode, toGatewayError } from './gateway-error.ts';

export type Patience = {
  /** How long the gateway may stay away before giving up. */
  patienceMs: number;
  signal?: AbortSignal | undefined;
};

const passing: ReadonlySet<GatewayErrorCode> = new Set(['UNREACHABLE', 'SERVICE_UNAVAILABLE', 'RATE_LIMITED', 'CONFLICT']);

/** A call that has no answer after this long is tried again. */
const callLimitMs = 30_000;
const firstPauseMs = 200;
const longestPauseMs = 5_000;

/**
 * Makes a call again while what hinders it may pass (no answer, 503, 429, a twin under way), with exponential backoff and jitter, no
 * sooner than `Retry-After` says. For calls that may safely arrive twice. Throws the last GatewayError, or the signal's reason.
 */
export async function retry<Result>(call: (signal: AbortSignal) => Promise<Result>, { patienceMs, signal }: Patience): Promise<Result> {
  const endsAt = Date.now() + patienceMs;
  for (let tries = 0; ; tries += 1) {
    try {
      const limit = AbortSignal.timeout(callLimitMs);
      return await call(signal ? AbortSignal.any([signal, limit]) : limit);
    } catch (thrown) {
      signal?.throwIfAborted();
      const error = toGatewayError(thrown);
      if (!(error instanceof GatewayError) || !passing.has(error.code)) throw error;
      const pauseMs = Math.max(error.retryAfterMs ?? 0, Math.min(longestPauseMs, firstPauseMs * 2 ** tries) * (0.5 + Math.random() / 2));
      if (Date.now() + pauseMs > endsAt) throw error;
      await pause(pauseMs, signal);
    }
  }
}

/** Rejects with the signal's reason when that aborts. */
export function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, durationMs);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
