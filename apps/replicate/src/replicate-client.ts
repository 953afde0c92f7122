import type { SubmissionReference } from '@imagegen/worker/provider-adapter';
import type { ProviderEndpoint } from '@imagegen/worker/provider-endpoint';
import { callProvider, type HttpAnswer, type HttpCall } from '@imagegen/worker/provider-http';
import { createUrl, predictionUrls } from './replicate-urls.ts';

const timeoutMs = 30_000;
const predictionBytes = 1024 ** 2;
const pageBytes = 4 * 1024 ** 2;

/** Bounds what a forgotten prediction can cost, counted by Replicate from its creation. */
const cancelAfter = '15m';

type ReplicateCreate = { endpoint: string; body: Record<string, unknown>; callbackUrl: string | null; signal: AbortSignal };

export type ReplicateClient = {
  create(create: ReplicateCreate): Promise<HttpAnswer>;
  get(reference: SubmissionReference, signal: AbortSignal): Promise<HttpAnswer>;
  /** One page of predictions, newest first. */
  list(url: string, signal: AbortSignal): Promise<HttpAnswer>;
  cancel(reference: SubmissionReference): Promise<HttpAnswer>;
};

/** Replicate's HTTP API. Each call is one request; answers of any status are returned. Throws ProviderError when there is none. */
export function createReplicateClient({ baseUrl, key }: ProviderEndpoint): ReplicateClient {
  const call = (request: Omit<HttpCall, 'timeoutMs'>) =>
    callProvider({
      ...request,
      timeoutMs,
      headers: { authorization: `Bearer ${key.reveal()}`, accept: 'application/json', ...request.headers },
    });

  return {
    create: ({ endpoint, body, callbackUrl, signal }) =>
      call({
        method: 'POST',
        url: createUrl(baseUrl, endpoint),
        headers: { 'content-type': 'application/json', 'cancel-after': cancelAfter },
        body: JSON.stringify({ ...body, ...(callbackUrl !== null && { webhook: callbackUrl, webhook_events_filter: ['completed'] }) }),
        maxBytes: predictionBytes,
        signal,
      }),
    get: (reference, signal) =>
      call({ method: 'GET', url: predictionUrls(baseUrl, reference).get, headers: {}, maxBytes: predictionBytes, signal }),
    list: (url, signal) => call({ method: 'GET', url, headers: {}, maxBytes: pageBytes, signal }),
    cancel: (reference) => call({ method: 'POST', url: predictionUrls(baseUrl, reference).cancel, headers: {}, maxBytes: predictionBytes }),
  };
}
