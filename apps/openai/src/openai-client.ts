import { randomUUID } from 'node:crypto';
import type { ProviderEndpoint } from '@imagegen/worker/provider-endpoint';
import { ProviderError } from '@imagegen/worker/provider-error';
import { callProvider, type HttpAnswer, type HttpCall } from '@imagegen/worker/provider-http';

/** A call has the deadline of its generation, which is at most this. */
export const submitTimeoutMs = 30 * 60_000;
/** Ten large PNGs in base64. */
const answerBytes = 200 * 1024 ** 2;

export type OpenAiRequest = {
  /** `images/generations` or `images/edits`. */
  endpoint: string;
  /** JSON text, or a form. */
  body: NonNullable<HttpCall['body']>;
  signal: AbortSignal;
};

/**
 * OpenAI's images API: one request, whose answer is the pictures. Throws ProviderError when there is no answer; its cause names the
 * `X-Client-Request-Id`, the only thing that OpenAI's support can find such a call by.
 */
export async function callOpenAi({ baseUrl, key }: ProviderEndpoint, { endpoint, body, signal }: OpenAiRequest): Promise<HttpAnswer> {
  const clientRequestId = randomUUID();
  const headers = {
    authorization: `Bearer ${key.reveal()}`,
    accept: 'application/json',
    'x-client-request-id': clientRequestId,
    ...(typeof body === 'string' && { 'content-type': 'application/json' }),
  };
  try {
    return await callProvider({
      method: 'POST',
      url: `${baseUrl}/${endpoint}`,
      headers,
      body,
      timeoutMs: submitTimeoutMs,
      maxBytes: answerBytes,
      signal,
    });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const cause = new Error(`no answer to X-Client-Request-Id ${clientRequestId}`, { cause: error.cause });
    throw new ProviderError(error.kind, error.message, { billed: error.billed, cause });
  }
}
