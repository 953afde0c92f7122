import { expect, it } from 'vitest';
import { createUrl, isAtOriginOf, listUrl, predictionUrls } from './replicate-urls.ts';

const base = 'https://api.replicate.com/v1';
const built = { get: `${base}/predictions/p1`, cancel: `${base}/predictions/p1/cancel` };
const reference = { providerRequestId: 'p1', endpoint: 'black-forest-labs/flux-dev-lora' };

it('creates predictions of official models at the model, of others by version', () => {
  expect(createUrl(base, 'black-forest-labs/flux-dev-lora')).toBe(`${base}/models/black-forest-labs/flux-dev-lora/predictions`);
  expect(createUrl(base, `version:${'a'.repeat(64)}`)).toBe(`${base}/predictions`);
});

it('follows the URLs that came with a prediction', () => {
  const urls = { get: `${base}/p/1`, cancel: `${base}/p/1/stop` };
  expect(predictionUrls(base, { ...reference, urls })).toEqual(urls);
});

it.each(['https://api.replicate.com.evil.example/x', 'http://api.replicate.com/x', 'nonsense'])('does not follow %s', (url) => {
  expect(predictionUrls(base, { ...reference, urls: { get: url, cancel: url } })).toEqual(built);
  expect(isAtOriginOf(base, url)).toBe(false);
});

it('builds the URLs of a prediction known by its id alone', () => {
  expect(predictionUrls(base, { ...reference, urls: {} })).toEqual(built);
  expect(predictionUrls(base, { ...reference, providerRequestId: '../x', urls: {} }).get).toBe(`${base}/predictions/..%2Fx`);
});

it('lists what was created since a moment', () => {
  expect(listUrl(base, new Date(0))).toBe(`${base}/predictions?created_after=1970-01-01T00%3A00%3A00.000Z`);
});
