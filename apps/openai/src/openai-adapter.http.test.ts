import { Secret } from '@imagegen/runtime/secret';
import { ProviderError } from '@imagegen/worker/provider-error';
import { type ProviderServer, type Reply, startProviderServer } from '@imagegen/worker/provider-server.fixture';
import { describe, expect, it } from 'vitest';
import { createOpenAiAdapter } from './openai-adapter.ts';

const body = { model: 'gpt-image-2', prompt: 'ein roter Füchs', size: '1024x1024', quality: 'low', output_format: 'png', n: 2 };
const call = { endpoint: 'images/generations', body, images: 2, seed: null };
const usage = { input_tokens: 10, input_tokens_details: { text_tokens: 10, image_tokens: 0 }, output_tokens: 392 };
const encode = (text: string) => ({ b64_json: Buffer.from(text).toString('base64') });
const success: Reply = { headers: { 'x-request-id': 'req_1' }, json: { created: 1, data: [encode('one'), encode('two')], usage } };

const never = new AbortController().signal;
const adapterOf = (server: ProviderServer) => createOpenAiAdapter({ baseUrl: `${server.url}/v1`, key: new Secret('sk-secret') });
const submitTo = (server: ProviderServer, signal = never) =>
  adapterOf(server).submit({ call, callbackUrl: 'https://gw.example/x', signal });
const answering = (reply: Reply) => startProviderServer(() => reply);

async function errorOf(promise: Promise<unknown>): Promise<ProviderError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProviderError)) throw new Error('a ProviderError was expected', { cause: error });
  return error;
}

describe('generating', () => {
  it('sends the request as it is, once, with an id of its own', async () => {
    await using server = await answering(success);
    await submitTo(server);
    const sent = Buffer.from(JSON.stringify(body));
    expect(server.received).toEqual([
      {
        method: 'POST',
        path: '/v1/images/generations',
        headers: {
          host: new URL(server.url).host,
          connection: 'keep-alive',
          authorization: 'Bearer sk-secret',
          accept: 'application/json',
          'content-type': 'application/json',
          'x-client-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
          'content-length': String(sent.length),
        },
        body: sent.toString('latin1'),
      },
    ]);
  });

  it('hands over the pictures themselves', async () => {
    await using server = await answering(success);
    expect(await submitTo(server)).toEqual({
      kind: 'finished',
      providerRequestId: 'req_1',
      output: {
        images: ['one', 'two'].map((text) => ({ kind: 'bytes', bytes: Buffer.from(text), blocked: false })),
        seed: null,
        costMicros: 10 * 5 + 392 * 30,
      },
    });
  });

  it('does not know what it bought when the connection breaks after the request was read, and does not send it again', async () => {
    await using server = await answering('reset');
    const error = await errorOf(submitTo(server));
    expect(error).toMatchObject({ kind: 'unavailable', billed: 'unknown' });
    expect(server.received).toHaveLength(1);
    expect(error.cause).toMatchObject({
      message: `no answer to X-Client-Request-Id ${server.received[0]!.headers['x-client-request-id']}`,
    });
  });

  it('knows that nothing was bought when nobody listens', async () => {
    const server = await answering(success);
    await server[Symbol.asyncDispose]();
    expect(await errorOf(submitTo(server))).toMatchObject({ kind: 'unavailable', billed: 'no' });
  });

  it('does not know what it bought when the answer cannot be read', async () => {
    await using server = await answering({ text: '{"data":[{"b64_json":"iVBO' });
    expect(await errorOf(submitTo(server))).toMatchObject({ kind: 'malformed', billed: 'unknown' });
  });

  it('does not know what it bought when its deadline comes before the end of the answer', async () => {
    await using server = await answering({ headers: { 'content-length': '1000' }, text: '{"data":[' });
    const abort = new AbortController();
    const error = errorOf(submitTo(server, abort.signal));
    await expect.poll(() => server.received.length).toBe(1);
    abort.abort();
    expect(await error).toMatchObject({ kind: 'unavailable', billed: 'unknown' });
  });

  it('passes on how long to wait', async () => {
    const json = { error: { message: 'Rate limit reached', type: 'requests', param: null, code: 'rate_limit_exceeded' } };
    await using server = await answering({ status: 429, headers: { 'retry-after': '20' }, json });
    expect(await errorOf(submitTo(server))).toMatchObject({ kind: 'rate-limited', billed: 'no', retryAfterMs: 20_000 });
    expect(server.received).toHaveLength(1);
  });
});

describe('editing', () => {
  const image = `data:image/png;base64,${Buffer.from('a png').toString('base64')}`;

  it('sends a form with the picture as a file', async () => {
    await using server = await answering(success);
    const edit = { ...call, endpoint: 'images/edits', body: { ...body, images: [{ image_url: image }] } };
    expect(await adapterOf(server).submit({ call: edit, callbackUrl: null, signal: never })).toMatchObject({ kind: 'finished' });
    const { method, path, headers, body: sent } = server.received[0]!;
    expect(`${method} ${path}`).toBe('POST /v1/images/edits');
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(headers['content-type'] ?? '')?.[1];
    const text = (name: string, value: unknown) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const file = `--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="image-1.png"\r\nContent-Type: image/png\r\n\r\na png\r\n`;
    const fields = Object.entries(body).map(([name, value]) => text(name, value));
    expect(Buffer.from(sent, 'latin1').toString()).toBe(`${fields.join('')}${file}--${boundary}--\r\n`);
    expect(headers['content-length']).toBe(String(sent.length));
  });

  it('buys nothing without a picture', async () => {
    await using server = await answering(success);
    const edit = { ...call, endpoint: 'images/edits', body: { ...body, images: [] } };
    expect(await errorOf(adapterOf(server).submit({ call: edit, callbackUrl: null, signal: never }))).toMatchObject({ billed: 'no' });
    expect(server.received).toEqual([]);
  });
});

it('has nothing that could be looked at later', async () => {
  const adapter = createOpenAiAdapter({ baseUrl: 'http://127.0.0.1:1', key: new Secret('x') });
  const looked = adapter.check({ providerRequestId: 'req_1', urls: {}, endpoint: call.endpoint }, never);
  expect(await errorOf(looked)).toMatchObject({ kind: 'not-found' });
});
