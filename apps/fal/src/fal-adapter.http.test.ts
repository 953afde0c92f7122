import { Secret } from '@imagegen/runtime/secret';
import { ProviderError } from '@imagegen/worker/provider-error';
import { type ProviderServer, type Received, type Reply, startProviderServer } from '@imagegen/worker/provider-server.fixture';
import { describe, expect, it } from 'vitest';
import { createFalAdapter } from './fal-adapter.ts';

const call = {
  endpoint: 'fal-ai/flux-lora/image-to-image',
  body: { prompt: 'ein roter Füchs', num_images: 2, seed: 7 },
  images: 2,
  seed: 7,
};
const never = new AbortController().signal;
const reference = { providerRequestId: 'r1', urls: {}, endpoint: call.endpoint };
const picture = { url: 'https://v3.fal.media/files/a.png', width: 512, height: 512, content_type: 'image/png' };
const success = { images: [picture], seed: 7, has_nsfw_concepts: [false], prompt: 'x', timings: {} };

const adapterOf = (server: ProviderServer) => createFalAdapter({ baseUrl: server.url, key: new Secret('id:secret') });
const isStatus = ({ path }: Received) => path.endsWith('/status?logs=1');

/** A queue whose request is done, with the result as told. */
const completed = (result: (request: Received) => Reply, more: object = {}) =>
  startProviderServer((request) => (isStatus(request) ? { json: { status: 'COMPLETED', request_id: 'r1', ...more } } : result(request)));

const submitTo = (server: ProviderServer, callbackUrl: string | null = null) =>
  adapterOf(server).submit({ call, callbackUrl, signal: never });

async function errorOf(promise: Promise<unknown>): Promise<ProviderError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProviderError)) throw new Error('a ProviderError was expected', { cause: error });
  return error;
}

describe('submitting', () => {
  const accepted: Reply = {
    json: {
      status: 'IN_QUEUE',
      request_id: 'r1',
      status_url: 'https://queue.fal.run/fal-ai/flux-lora/requests/r1/status',
      response_url: 'https://queue.fal.run/fal-ai/flux-lora/requests/r1',
      cancel_url: 'https://queue.fal.run/fal-ai/flux-lora/requests/r1/cancel',
      queue_position: 0,
    },
  };

  it('posts the input bare, once, with the key and without fal retrying on its own', async () => {
    await using server = await startProviderServer(() => accepted);
    await submitTo(server, 'https://gw.example/webhooks/fal/token');
    const body = Buffer.from('{"prompt":"ein roter Füchs","num_images":2,"seed":7}');
    expect(server.received).toEqual([
      {
        method: 'POST',
        path: '/fal-ai/flux-lora/image-to-image?fal_webhook=https%3A%2F%2Fgw.example%2Fwebhooks%2Ffal%2Ftoken',
        headers: {
          host: new URL(server.url).host,
          connection: 'keep-alive',
          authorization: 'Key id:secret',
          accept: 'application/json',
          'content-type': 'application/json',
          'x-fal-no-retry': '1',
          'content-length': String(body.length),
        },
        body: body.toString('latin1'),
      },
    ]);
  });

  it('keeps the id and the URLs to ask at', async () => {
    await using server = await startProviderServer(() => accepted);
    expect(await submitTo(server)).toEqual({
      kind: 'submitted',
      providerRequestId: 'r1',
      urls: {
        status_url: 'https://queue.fal.run/fal-ai/flux-lora/requests/r1/status',
        response_url: 'https://queue.fal.run/fal-ai/flux-lora/requests/r1',
        cancel_url: 'https://queue.fal.run/fal-ai/flux-lora/requests/r1/cancel',
      },
    });
  });

  it('does not know what it bought when the connection breaks after the request was read, and does not send it again', async () => {
    await using server = await startProviderServer(() => 'reset');
    expect(await errorOf(submitTo(server))).toMatchObject({ kind: 'unavailable', billed: 'unknown' });
    expect(server.received).toHaveLength(1);
  });

  it('knows that nothing was bought when nobody listens', async () => {
    const server = await startProviderServer(() => accepted);
    await server[Symbol.asyncDispose]();
    expect(await errorOf(submitTo(server))).toMatchObject({ kind: 'unavailable', billed: 'no' });
  });

  it('does not know what it bought when the answer cannot be read', async () => {
    await using server = await startProviderServer(() => ({ text: '{"status":"IN_QUEUE","request_' }));
    expect(await errorOf(submitTo(server))).toMatchObject({ kind: 'malformed', billed: 'unknown' });
  });

  it('passes on how long to wait', async () => {
    await using server = await startProviderServer(() => ({ status: 429, headers: { 'retry-after': '12' }, json: { detail: 'Too many' } }));
    expect(await errorOf(submitTo(server))).toMatchObject({ kind: 'rate-limited', billed: 'no', retryAfterMs: 12_000 });
    expect(server.received).toHaveLength(1);
  });
});

describe('looking', () => {
  it.each([
    [202, { status: 'IN_QUEUE', queue_position: 3 }, { kind: 'queued', position: 3 }],
    [202, { status: 'IN_QUEUE' }, { kind: 'queued', position: null }],
    [202, { status: 'IN_PROGRESS', logs: [{ message: '7/28' }] }, { kind: 'running', progress: 25 }],
    [200, { status: 'IN_PROGRESS', logs: [] }, { kind: 'running', progress: null }],
  ])('reads %i %j', async (status, json, state) => {
    await using server = await startProviderServer(() => ({ status, json }));
    expect(await adapterOf(server).check(reference, never)).toEqual(state);
    expect(server.received.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /fal-ai/flux-lora/requests/r1/status?logs=1']);
  });

  it('fetches the result of a request that is done', async () => {
    await using server = await completed(() => ({ json: success, headers: { 'x-fal-billable-units': '1' } }));
    expect(await adapterOf(server).check(reference, never)).toEqual({
      kind: 'succeeded',
      output: { images: [{ kind: 'url', url: picture.url, blocked: false }], seed: 7, costMicros: 35_000 },
    });
  });

  it('marks the pictures that the safety checker blackened', async () => {
    await using server = await completed(() => ({ json: { ...success, images: [picture, picture], has_nsfw_concepts: [false, true] } }));
    const state = await adapterOf(server).check(reference, never);
    expect(state).toMatchObject({ output: { images: [{ blocked: false }, { blocked: true }] } });
  });

  it.each([
    [422, { detail: [{ loc: ['body', 'prompt'], msg: 'no', type: 'content_policy_violation' }] }, 'content-rejected'],
    [422, { detail: [{ loc: ['body', 'image_url'], msg: 'no', type: 'image_load_error' }] }, 'invalid-request'],
  ])('ends with the error that the result is: %i %j', async (status, json, kind) => {
    await using server = await completed(() => ({ status, json }));
    expect(await adapterOf(server).check(reference, never)).toMatchObject({ kind: 'failed', error: { kind, billed: 'no' } });
  });

  it('believes at once a failure that status and result agree on', async () => {
    const json = { detail: 'Runner disconnected', error_type: 'runner_disconnected' };
    await using server = await completed(() => ({ status: 503, json }), { error: json.detail, error_type: json.error_type });
    expect(await adapterOf(server).check(reference, never)).toMatchObject({ kind: 'failed', error: { kind: 'unavailable', billed: 'no' } });
    expect(server.received).toHaveLength(2);
  });

  it('fetches a result again that fails although the status names no error', async () => {
    let fetches = 0;
    const failure = { status: 500, json: { detail: 'Internal server error', error_type: 'internal_error' } };
    await using server = await completed(() => (++fetches < 3 ? failure : { json: success }));
    expect(await adapterOf(server).check(reference, never)).toMatchObject({ kind: 'succeeded' });
  });

  it('ends with the error of the status when there is no result to fetch', async () => {
    await using server = await completed(() => ({ status: 404, json: { detail: 'Not Found' } }), {
      error: 'Runner disconnected',
      error_type: 'runner_disconnected',
    });
    expect(await adapterOf(server).check(reference, never)).toMatchObject({ kind: 'failed', error: { kind: 'unavailable', billed: 'no' } });
  });

  it.each([
    [429, { detail: 'slow down' }, 'rate-limited'],
    [500, { detail: 'Internal server error' }, 'unavailable'],
    [502, undefined, 'unavailable'],
    [404, { detail: 'Request not found' }, 'not-found'],
    [200, { status: 'SOMETHING_NEW' }, 'malformed'],
  ])('has seen nothing when the status is answered %i %j', async (status, json, kind) => {
    await using server = await startProviderServer(() => ({ status, json, ...(json === undefined && { text: '<html>' }) }));
    expect(await errorOf(adapterOf(server).check(reference, never))).toMatchObject({ kind });
  });

  it('has seen nothing when something in front of the queue fails the result', async () => {
    await using server = await completed(() => ({ status: 502, text: '<html>Bad gateway</html>' }));
    expect(await errorOf(adapterOf(server).check(reference, never))).toMatchObject({ kind: 'unavailable' });
  });

  it('fetches a result again that cannot be read', async () => {
    let fetches = 0;
    await using server = await completed(() => (++fetches < 3 ? { text: '{"images":[{"url":' } : { json: success }));
    expect(await adapterOf(server).check(reference, never)).toMatchObject({ kind: 'succeeded' });
  });

  it('gives up on a result that stays unreadable', async () => {
    await using server = await completed(() => ({ text: '{"images":[{"url":' }));
    expect(await adapterOf(server).check(reference, never)).toMatchObject({ kind: 'failed', error: { kind: 'malformed' } });
    expect(server.received.filter((request) => !isStatus(request))).toHaveLength(5);
  });
});

it('never takes its key to another origin', async () => {
  await using elsewhere = await startProviderServer(() => ({ json: success }));
  await using server = await completed(() => ({ json: success }));
  const url = `${elsewhere.url}/fal-ai/flux-lora/requests/r1`;
  const urls = { status_url: `${url}/status`, response_url: url, cancel_url: `${url}/cancel` };
  expect(await adapterOf(server).check({ ...reference, urls }, never)).toMatchObject({ kind: 'succeeded' });
  await adapterOf(server).cancel?.({ ...reference, urls });
  expect(elsewhere.received).toEqual([]);
  expect(server.received).toHaveLength(3);
});

it('asks to cancel and takes any answer', async () => {
  await using server = await startProviderServer(() => ({ status: 400, json: { status: 'ALREADY_COMPLETED' } }));
  await adapterOf(server).cancel?.(reference);
  expect(server.received).toMatchObject([
    { method: 'PUT', path: '/fal-ai/flux-lora/requests/r1/cancel', headers: { authorization: 'Key id:secret' } },
  ]);
});
