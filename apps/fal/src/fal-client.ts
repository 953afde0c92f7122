import type { SubmissionReference } from '@imagegen/worker/provider-adapter';
import type { ProviderEndpoint } from '@imagegen/worker/provider-endpoint';
import { callProvider, type HttpAnswer, type HttpCall } from '@imagegen/worker/provider-http';
import { falRequestUrls, falSubmitUrl } from './fal-urls.ts';

const timeoutMs = 30_000;
const statusBytes = 1024 ** 2;
const resultBytes = 4 * 1024 ** 2;

type FalSubmit = { endpoint: string; input: Record<string, unknown>; callbackUrl: string | null; signal: AbortSignal };

export type FalClient = {
  submit(submit: FalSubmit): Promise<HttpAnswer>;
  status(reference: SubmissionReference, signal: AbortSignal): Promise<HttpAnswer>;
  result(reference: SubmissionReference, signal: AbortSignal): Promise<HttpAnswer>;
  cancel(reference: SubmissionReference): Promise<HttpAnswer>;
};

/** fal's queue over HTTP. Each call is one request; answers of any status are returned. Throws ProviderError when there is none. */
export function createFalClient({ baseUrl, key }: ProviderEndpoint): FalClient {
  const call = (request: Omit<HttpCall, 'timeoutMs'>) =>
    callProvider({
      ...request,
      timeoutMs,
      headers: { authorization: `Key ${key.reveal()}`, accept: 'application/json', ...request.headers },
    });

  return {
    submit: ({ endpoint, input, callbackUrl, signal }) =>
      call({
        method: 'POST',
        url: falSubmitUrl(baseUrl, endpoint, callbackUrl),
        // Without the header the queue tries up to ten times on its own, beside our budget of tries.
        headers: { 'content-type': 'application/json', 'x-fal-no-retry': '1' },
        body: JSON.stringify(input),
        maxBytes: statusBytes,
        signal,
      }),
    status: (reference, signal) =>
      call({ method: 'GET', url: falRequestUrls(baseUrl, reference).status, headers: {}, maxBytes: statusBytes, signal }),
    result: (reference, signal) =>
      call({ method: 'GET', url: falRequestUrls(baseUrl, reference).result, headers: {}, maxBytes: resultBytes, signal }),
    cancel: (reference) => call({ method: 'PUT', url: falRequestUrls(baseUrl, reference).cancel, headers: {}, maxBytes: statusBytes }),
  };
}
