import { readUpTo } from '@imagegen/runtime/guarded-fetch';
import { Agent, type Dispatcher, errors, type FormData, request } from 'undici';
import { ProviderError } from './provider-error.ts';

export type HttpCall = {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers: Record<string, string>;
  body?: string | FormData;
  /** For the whole exchange, connection and body included. */
  timeoutMs: number;
  maxBytes: number;
  signal?: AbortSignal;
};

export type HttpAnswer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** `undefined` when the body is not JSON. */
  json: unknown;
};

/** Failures before the first byte of the request left this machine. */
const notSentCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** A request is on the wire within this, or never: it waits for a connection, and no longer. Shorter than what is left of a lease. */
export const sendWithinMs = 5_000;

const agent = new Agent({ connections: null, connect: { timeout: sendWithinMs }, headersTimeout: 0, bodyTimeout: 0 });

/**
 * One HTTP exchange with a provider: one request on the wire, no retries, a total deadline and a size limit. Answers of any status are
 * returned; throws ProviderError when there is no answer, `billed: 'no'` only if the request was never sent.
 */
export async function callProvider(call: HttpCall): Promise<HttpAnswer> {
  const deadline = AbortSignal.timeout(call.timeoutMs);
  const signal = call.signal ? AbortSignal.any([call.signal, deadline]) : deadline;
  try {
    const answer = await request(call.url, {
      dispatcher: agent,
      method: call.method,
      headers: call.headers,
      body: call.body ?? null,
      signal,
    });
    return { status: answer.statusCode, headers: answer.headers, json: await readJson(answer, call.maxBytes) };
  } catch (error) {
    const sent = !(isSystemError(error) && notSentCodes.has(error.code));
    const message = sent ? 'The provider did not answer.' : 'The provider cannot be reached.';
    throw new ProviderError('unavailable', message, { billed: sent ? 'unknown' : 'no', cause: error });
  }
}

async function readJson({ body }: Dispatcher.ResponseData, maxBytes: number): Promise<unknown> {
  const text = (await readUpTo(body, maxBytes)).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof errors.UndiciError || (error instanceof Error && 'code' in error && typeof error.code === 'string');
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3), in milliseconds, at most five minutes. */
export function retryAfterMs(headers: HttpAnswer['headers'], now: number = Date.now()): number | null {
  const value = headers['retry-after'];
  if (typeof value !== 'string') return null;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.min(300_000, Math.max(0, ms)) : null;
}
