import { Secret } from '@imagegen/runtime/secret';
import { ProviderError } from '@imagegen/worker/provider-error';
import { type ProviderServer, type Reply, startProviderServer } from '@imagegen/worker/provider-server.fixture';
import { describe, expect, it } from 'vitest';
import { createReplicateAdapter } from './replicate-adapter.ts';

const input = { prompt: 'ein roter Füchs', aspect_ratio: '1:1', go_fast: false, num_outputs: 1, seed: 7 };
const call = { endpoint: 'black-forest-labs/flux-dev-lora', body: { input }, images: 1, seed: 7 };
const version = 'a'.repeat(64);
const never = new AbortController().signal;
const reference = { providerRequestId: 'p1', urls: {}, endpoint: call.endpoint };
const prediction = {
  id: 'p1',
  status: 'starting',
  output: null,
  error: null,
  urls: { get: 'https://x.example/g', web: 'w', cancel: 'https://x.example/c' },
};

const adapterOf = (server: ProviderServer) => createReplicateAdapter({ baseUrl: `${server.url}/v1`, key: new Secret('r8_secret') });
const submitTo = (server: ProviderServer) => adapterOf(server).submit({ call, callbackUrl: null, signal: never });
const answering = (reply: Reply) => startProviderServer(() => reply);

async function errorOf(promise: Promise<unknown>): Promise<ProviderError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProviderError)) throw new Error('a ProviderError was expected', { cause: error });
  return error;
}

describe('submitting', () => {
  it('creates one prediction of an official model, called back when it ends and ended after a quarter of an hour', async () => {
    await using server = await answering({ status: 201, json: prediction });
    await adapterOf(server).submit({ call, callbackUrl: 'https://gw.example/webhooks/replicate/token', signal: never });
    const body = Buffer.from(
      '{"input":{"prompt":"ein roter Füchs","aspect_ratio":"1:1","go_fast":false,"num_outputs":1,"seed":7},' +
        '"webhook":"https://gw.example/webhooks/replicate/token","webhook_events_filter":["completed"]}',
    );
    expect(server.received).toEqual([
      {
        method: 'POST',
        path: '/v1/models/black-forest-labs/flux-dev-lora/predictions',
        headers: {
          host: new URL(server.url).host,
          connection: 'keep-alive',
          authorization: 'Bearer r8_secret',
          accept: 'application/json',
          'content-type': 'application/json',
          'cancel-after': '15m',
          'content-length': String(body.length),
        },
        body: body.toString('latin1'),
      },
    ]);
  });

  it('creates a prediction of a community model by its version', async () => {
    await using server = await answering({ status: 201, json: prediction });
    const community = { ...call, endpoint: `version:${version}`, body: { version, input: { seed: 7 } } };
    await adapterOf(server).submit({ call: community, callbackUrl: null, signal: never });
    expect(server.received).toMatchObject([{ path: '/v1/predictions', body: `{"version":"${version}","input":{"seed":7}}` }]);
  });

  it('keeps the id and the URLs to ask at', async () => {
    await using server = await answering({ status: 201, json: prediction });
    const urls = { get: 'https://x.example/g', cancel: 'https://x.example/c' };
    expect(await submitTo(server)).toEqual({ kind: 'submitted', providerRequestId: 'p1', urls });
  });

  it('does not know what it bought when the connection breaks after the request was read, and does not send it again', async () => {
    await using server = await answering('reset');
    expect(await errorOf(submitTo(server))).toMatchObject({ kind: 'unavailable', billed: 'unknown' });
    expect(server.received).toHaveLength(1);
  });

  it('does not know what it bought when the answer cannot be read', async () => {
    await using server = await answering({ status: 201, text: '{"id":"p1","sta' });
    expect(await errorOf(submitTo(server))).toMatchObject({ kind: 'malformed', billed: 'unknown' });
  });

  it('passes on how long to wait', async () => {
    await using server = await answering({ status: 429, headers: { 'retry-after': '3' }, json: { detail: 'throttled' } });
    expect(await errorOf(submitTo(server))).toMatchObject({ kind: 'rate-limited', billed: 'no', retryAfterMs: 3_000 });
    expect(server.received).toHaveLength(1);
  });
});

describe('looking', () => {
  const image = 'https://replicate.delivery/xezq/out-0.webp';
  const succeeded = (urls: string[], costMicros: number) => ({
    kind: 'succeeded',
    output: { images: urls.map((url) => ({ kind: 'url', url, blocked: false })), seed: null, costMicros },
  });

  it.each([
    [{ status: 'starting' }, { kind: 'queued', position: null }],
    [
      { status: 'processing', logs: 'Using seed: 7\n 50%|#####' },
      { kind: 'running', progress: 50 },
    ],
    [{ status: 'succeeded', output: [image, image] }, succeeded([image, image], 64_000)],
    [{ status: 'succeeded', output: image }, succeeded([image], 32_000)],
    [
      { status: 'failed', error: 'CUDA out of memory' },
      { kind: 'failed', error: { kind: 'unavailable', billed: 'no' } },
    ],
    [
      { status: 'failed', error: 'All generated images contained NSFW content.' },
      { kind: 'failed', error: { kind: 'content-rejected' } },
    ],
    [{ status: 'canceled' }, { kind: 'failed', error: { kind: 'invalid-request' } }],
    [{ status: 'aborted' }, { kind: 'failed', error: { kind: 'unavailable', billed: 'no' } }],
  ])('reads %j', async (json, state) => {
    await using server = await answering({ json: { ...prediction, ...json } });
    expect(await adapterOf(server).check(reference, never)).toMatchObject(state);
    expect(server.received).toMatchObject([{ method: 'GET', path: '/v1/predictions/p1' }]);
  });

  it('bills a community model by its GPU time', async () => {
    await using server = await answering({ json: { ...prediction, status: 'succeeded', output: [image], metrics: { predict_time: 10 } } });
    const state = await adapterOf(server).check({ ...reference, endpoint: `version:${version}` }, never);
    expect(state).toMatchObject({ output: { costMicros: 11_500 } });
  });

  it.each([
    [404, 'not-found', 'no'],
    [429, 'rate-limited', 'unknown'],
    [500, 'unavailable', 'unknown'],
  ])('has seen nothing when answered %i', async (status, kind, billed) => {
    await using server = await answering({ status, json: { detail: 'no' } });
    expect(await errorOf(adapterOf(server).check(reference, never))).toMatchObject({ kind, billed });
  });

  it('asks again when the answer cannot be read, and gives up when it stays so', async () => {
    let looks = 0;
    await using server = await startProviderServer(() => (++looks === 1 ? { text: '{"id":' } : { json: prediction }));
    expect(await adapterOf(server).check(reference, never)).toMatchObject({ kind: 'queued' });
    await using broken = await answering({ text: '{"id":' });
    expect(await adapterOf(broken).check(reference, never)).toMatchObject({ kind: 'failed', error: { kind: 'malformed' } });
    expect(broken.received).toHaveLength(5);
  });
});

describe('finding a prediction whose creation was not answered', () => {
  const other = { id: 'p0', input: { ...input, seed: 8 } };
  const lost = { call, ageMs: 5_000 };
  const find = async (server: ProviderServer, what = lost) => adapterOf(server).find?.(what, never);

  it('recognises it by prompt and seed, among those created since', async () => {
    await using server = await answering({ json: { next: null, results: [other, { ...prediction, input }] } });
    expect(await find(server)).toEqual({
      providerRequestId: 'p1',
      urls: { get: 'https://x.example/g', cancel: 'https://x.example/c' },
      endpoint: call.endpoint,
    });
    const since = new URL(server.received[0]!.path, server.url).searchParams.get('created_after');
    expect(Math.abs(Date.parse(since ?? '') - (Date.now() - 65_000))).toBeLessThan(5_000);
  });

  it('does not take one whose other settings differ, but one that shows fewer', async () => {
    const similar = { id: 'p2', input: { ...input, aspect_ratio: '16:9' } };
    const shorter = { id: 'p3', input: { prompt: input.prompt, seed: input.seed } };
    await using server = await answering({ json: { next: null, results: [similar, shorter] } });
    expect(await find(server)).toMatchObject({ providerRequestId: 'p3' });
  });

  it('does not compare the reference picture, which is sent in another form', async () => {
    const asked = { ...call, body: { input: { ...input, image: 'vault:abc' } } };
    await using server = await answering({
      json: { next: null, results: [{ id: 'p4', input: { ...input, image: 'https://x.example/i' } }] },
    });
    expect(await find(server, { ...lost, call: asked })).toMatchObject({ providerRequestId: 'p4' });
  });

  it('says so when it never arrived', async () => {
    await using server = await answering({ json: { next: null, results: [other] } });
    expect(await find(server)).toBeNull();
  });

  it('looks at further pages, and cannot tell after ten', async () => {
    await using server: ProviderServer = await startProviderServer(() => ({
      json: { next: `${server.url}/v1/predictions?cursor=x`, results: [other] },
    }));
    expect(await find(server)).toBeUndefined();
    expect(server.received).toHaveLength(10);
  });

  it('cannot tell when the next page is at another origin, where the token does not go', async () => {
    await using elsewhere = await answering({ json: { next: null, results: [{ ...prediction, input }] } });
    await using server = await answering({ json: { next: `${elsewhere.url}/v1/predictions`, results: [] } });
    expect(await find(server)).toBeUndefined();
    expect(elsewhere.received).toEqual([]);
  });

  it.each([{ status: 500, json: { detail: 'down' } }, { text: '{"results":[' }, { json: { results: [{ status: 'starting' }] } }])(
    'does not know when the list cannot be had: %j',
    async (reply) => {
      await using server = await answering(reply);
      expect(await errorOf(Promise.resolve(find(server)))).toBeInstanceOf(ProviderError);
    },
  );
});

it('never takes its token to another origin', async () => {
  await using elsewhere = await answering({ json: prediction });
  await using server = await answering({ json: prediction });
  const urls = { get: `${elsewhere.url}/g`, cancel: `${elsewhere.url}/c` };
  await adapterOf(server).check({ ...reference, urls }, never);
  await adapterOf(server).cancel?.({ ...reference, urls });
  expect(elsewhere.received).toEqual([]);
  expect(server.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /v1/predictions/p1',
    'POST /v1/predictions/p1/cancel',
  ]);
});
