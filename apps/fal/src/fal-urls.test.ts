import { describe, expect, it } from 'vitest';
import { falRequestUrls, falSubmitUrl } from './fal-urls.ts';

const base = 'https://queue.fal.run';
const given = {
  status_url: `${base}/fal-ai/flux-lora/requests/r1/status`,
  response_url: `${base}/fal-ai/flux-lora/requests/r1/response`,
  cancel_url: `${base}/fal-ai/flux-lora/requests/r1/cancel`,
};
const built = {
  status: `${base}/fal-ai/flux-lora/requests/r1/status?logs=1`,
  result: `${base}/fal-ai/flux-lora/requests/r1`,
  cancel: `${base}/fal-ai/flux-lora/requests/r1/cancel`,
};
const reference = { providerRequestId: 'r1', endpoint: 'fal-ai/flux-lora/image-to-image' };

describe('submitting', () => {
  it('posts to the whole endpoint id', () => {
    expect(falSubmitUrl(base, 'fal-ai/flux-lora/image-to-image', null)).toBe(`${base}/fal-ai/flux-lora/image-to-image`);
  });

  it('names the webhook, encoded', () => {
    expect(falSubmitUrl(base, 'fal-ai/flux-lora', 'https://gw.example/webhooks/fal/t?x=1')).toBe(
      `${base}/fal-ai/flux-lora?fal_webhook=https%3A%2F%2Fgw.example%2Fwebhooks%2Ffal%2Ft%3Fx%3D1`,
    );
  });
});

describe('asking about a request', () => {
  it('follows the URLs that came with its id', () => {
    expect(falRequestUrls(base, { ...reference, urls: given })).toEqual({ ...built, result: given.response_url });
  });

  it('builds owner/app URLs for a request known by its id alone', () => {
    expect(falRequestUrls(base, { ...reference, urls: {} })).toEqual(built);
  });

  it.each([
    'https://queue.fal.run.evil.example/s',
    'http://queue.fal.run/s',
    'https://queue.fal.run:8443/s',
    '//evil.example/s',
    'nonsense',
  ])('does not follow %s', (url) => {
    const urls = { status_url: url, response_url: url, cancel_url: url };
    expect(falRequestUrls(base, { ...reference, urls })).toEqual(built);
  });

  it('keeps a path that the base URL has', () => {
    const urls = falRequestUrls('http://127.0.0.1:4000/fal', { ...reference, urls: {} });
    expect(urls.cancel).toBe('http://127.0.0.1:4000/fal/fal-ai/flux-lora/requests/r1/cancel');
  });

  it('lets no request id leave its place in the path', () => {
    expect(falRequestUrls(base, { ...reference, providerRequestId: '../../x?y', urls: {} }).result).toBe(
      `${base}/fal-ai/flux-lora/requests/..%2F..%2Fx%3Fy`,
    );
  });
});
