import type { SubmissionReference } from '@imagegen/worker/provider-adapter';

/** Where a prediction is created: `version:<hash>` names a community model by the version in the body, `owner/name` an official one. */
export function createUrl(baseUrl: string, endpoint: string): string {
  return endpoint.startsWith('version:') ? `${baseUrl}/predictions` : `${baseUrl}/models/${endpoint}/predictions`;
}

export type PredictionUrls = { get: string; cancel: string };

/** Where a prediction is looked at and cancelled: as Replicate said, as long as that leads to the configured origin; the token goes along. */
export function predictionUrls(baseUrl: string, { providerRequestId, urls }: SubmissionReference): PredictionUrls {
  const built = `${baseUrl}/predictions/${encodeURIComponent(providerRequestId)}`;
  const choose = (given: string | undefined, own: string) => (given && isAtOriginOf(baseUrl, given) ? given : own);
  return { get: choose(urls.get, built), cancel: choose(urls.cancel, `${built}/cancel`) };
}

export function isAtOriginOf(baseUrl: string, url: string): boolean {
  return URL.parse(url)?.origin === new URL(baseUrl).origin;
}

export function listUrl(baseUrl: string, createdAfter: Date): string {
  return `${baseUrl}/predictions?${new URLSearchParams({ created_after: createdAfter.toISOString() })}`;
}
