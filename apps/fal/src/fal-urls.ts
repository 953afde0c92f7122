import type { SubmissionReference } from '@imagegen/worker/provider-adapter';

export type FalRequestUrls = { status: string; result: string; cancel: string };

/** Where a model's input is posted: the whole endpoint id is the path (fal docs, "Queue API"). */
export function falSubmitUrl(baseUrl: string, endpoint: string, callbackUrl: string | null): string {
  return `${baseUrl}/${endpoint}${callbackUrl === null ? '' : `?fal_webhook=${encodeURIComponent(callbackUrl)}`}`;
}

/**
 * Where a request is asked about, fetched and cancelled: the URLs that fal gave with its id, as long as they lead to the configured origin,
 * since the key goes along. Otherwise they are built from the first two segments of the endpoint id: `fal-ai/flux/dev` is submitted to as
 * such and asked about below `fal-ai/flux`.
 */
export function falRequestUrls(baseUrl: string, { providerRequestId, urls, endpoint }: SubmissionReference): FalRequestUrls {
  const application = endpoint.split('/').slice(0, 2).join('/');
  const built = `${baseUrl}/${application}/requests/${encodeURIComponent(providerRequestId)}`;
  const { origin } = new URL(baseUrl);
  const choose = (given: string | undefined, own: string) => (given && URL.parse(given)?.origin === origin ? given : own);
  const status = new URL(choose(urls.status_url, `${built}/status`));
  status.searchParams.set('logs', '1');
  return { status: status.href, result: choose(urls.response_url, built), cancel: choose(urls.cancel_url, `${built}/cancel`) };
}
