import { createHash, createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { ApiError, createFalClient, type FalClient, ValidationError } from '@fal-ai/client';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../simulator.ts';

let simulator: Simulator;
let fal: FalClient;

beforeAll(async () => {
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, latency: { minMs: 30, maxMs: 60 }, logLevel: 'silent' });
  fal = clientWith('id:secret');
});

afterAll(() => simulator[Symbol.asyncDispose]());

function clientWith(credentials: string): FalClient {
  return createFalClient({
    credentials,
    requestMiddleware: async (request) => ({ ...request, url: request.url.replace(/^https:\/\/queue\.fal\.run/, `${simulator.url}/fal`) }),
  });
}

type Output = {
  images: { url: string; width: number; height: number; content_type: string }[];
  seed: number;
  has_nsfw_concepts: boolean[];
  prompt: string;
};

const fox = { prompt: 'a red fox', seed: 7, image_size: { width: 320, height: 240 } };

describe('the official fal client', () => {
  it('subscribes to a picture of the asked size', async () => {
    const seen: string[] = [];
    const { data, requestId } = await fal.subscribe('fal-ai/flux-lora', {
      input: { ...fox, prompt: 'a red fox sim:queue=1 sim:latency=300' },
      logs: true,
      pollInterval: 5,
      onQueueUpdate: ({ status }) => void seen.push(status),
    });
    const output = data as Output;
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen[0]).toBe('IN_QUEUE');
    expect(seen).toContain('IN_PROGRESS');
    expect(seen.at(-1)).toBe('COMPLETED');
    expect(output).toMatchObject({ seed: 7, prompt: expect.stringContaining('a red fox'), has_nsfw_concepts: [false] });
    expect(output.images).toEqual([{ url: expect.any(String), width: 320, height: 240, content_type: 'image/jpeg' }]);
    const response = await fetch(output.images[0]!.url);
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    expect(await sharp(await response.arrayBuffer()).metadata()).toMatchObject({ width: 320, height: 240, format: 'jpeg' });
  });

  it('submits, asks, and fetches below owner/app only', async () => {
    const submitted = await fal.queue.submit('fal-ai/flux/schnell', {
      input: { prompt: 'a fox sim:latency=0', num_images: 2, image_size: 'square' },
    });
    expect(submitted.status_url).toBe(`${simulator.url}/fal/fal-ai/flux/requests/${submitted.request_id}/status`);
    await fal.queue.subscribeToStatus('fal-ai/flux/schnell', { requestId: submitted.request_id, pollInterval: 5 });
    const { data } = await fal.queue.result('fal-ai/flux/schnell', { requestId: submitted.request_id });
    expect((data as Output).images).toHaveLength(2);
  });

  it('follows a status stream to its end', async () => {
    const { request_id: requestId } = await fal.queue.submit('fal-ai/flux-lora', { input: fox });
    const stream = await fal.queue.streamStatus('fal-ai/flux-lora', { requestId, logs: true });
    expect(await stream.done()).toMatchObject({ status: 'COMPLETED', request_id: requestId });
  });

  it('cancels what runs, and is told when it is too late', async () => {
    const { request_id: requestId } = await fal.queue.submit('fal-ai/flux-lora', { input: { prompt: 'a fox sim:never' } });
    await fal.queue.cancel('fal-ai/flux-lora', { requestId });
    expect(await fal.queue.status('fal-ai/flux-lora', { requestId })).toMatchObject({
      status: 'COMPLETED',
      error_type: 'client_cancelled',
    });
    await expect(fal.queue.cancel('fal-ai/flux-lora', { requestId })).rejects.toMatchObject({
      status: 400,
      body: { status: 'ALREADY_COMPLETED' },
    });
  });

  it('gets a forbidden input as a validation error of the result', async () => {
    const input = { prompt: 'a fox sim:latency=0', num_images: 9, loras: [{ path: 'x', scale: 5 }], made_up: 1 };
    const error = await fal.subscribe('fal-ai/flux-lora', { input, pollInterval: 5 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ValidationError);
    const { fieldErrors } = error as ValidationError;
    expect(fieldErrors.map(({ loc, type }) => [loc.join('.'), type])).toEqual([
      ['body.num_images', 'less_than_equal'],
      ['body.loras.0.scale', 'less_than_equal'],
    ]);
  });

  it('gets a reference that is no picture as image_load_error', async () => {
    const input = { prompt: 'a fox sim:latency=0', image_url: `data:image/png;base64,${Buffer.from('no picture').toString('base64')}` };
    const error = await fal.subscribe('fal-ai/flux-lora/image-to-image', { input, pollInterval: 5 }).catch((reason: unknown) => reason);
    expect((error as ValidationError).fieldErrors[0]?.type).toBe('image_load_error');
  });

  it('takes the size of the reference when the input names none', async () => {
    const reference = await sharp({ create: { width: 96, height: 64, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const input = { prompt: 'a fox sim:latency=0', image_url: `data:image/png;base64,${reference.toString('base64')}` };
    const { data } = await fal.subscribe('fal-ai/flux-general/image-to-image', { input, pollInterval: 5 });
    expect((data as Output).images[0]).toMatchObject({ width: 96, height: 64, content_type: 'image/png' });
  });

  it('meets unknown endpoints with 404', async () => {
    const error = await fal.queue.submit('fal-ai/no-such-model', { input: fox }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError<unknown>).status).toBe(404);
  });

  it('inlines the picture in sync mode', async () => {
    const { data } = await fal.subscribe('fal-ai/flux-lora', { input: { ...fox, sync_mode: true }, pollInterval: 5 });
    expect((data as Output).images[0]?.url).toMatch(/^data:image\/jpeg;base64,/);
  });
});

describe('the queue', () => {
  it('answers 401 without a key, 202 while it works, and 400 for a result that is not ready', async () => {
    const submit = (headers: Record<string, string>) =>
      fetch(`${simulator.url}/fal/fal-ai/flux-lora`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ prompt: 'a fox sim:never' }),
      });
    expect((await submit({})).status).toBe(401);
    const authorization = 'Key id:secret';
    const { status_url: statusUrl, response_url: responseUrl } = (await (await submit({ authorization })).json()) as Record<string, string>;
    expect((await fetch(statusUrl!, { headers: { authorization } })).status).toBe(202);
    const early = await fetch(`${responseUrl}/response`, { headers: { authorization } });
    expect([early.status, await early.json()]).toEqual([400, { detail: 'Request is still in progress' }]);
  });

  it('hands out the same bytes for the same input', async () => {
    const bytesOf = async (seed: number) => {
      const { data } = await fal.subscribe('fal-ai/flux-lora', { input: { ...fox, prompt: 'a fox sim:latency=0', seed }, pollInterval: 5 });
      return Buffer.from(await (await fetch((data as Output).images[0]!.url)).arrayBuffer());
    };
    const [first, again, other] = [await bytesOf(1), await bytesOf(1), await bytesOf(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});

describe('webhooks', () => {
  it('bring the output, signed as the documentation says, after a refused try', async () => {
    const arrived = Promise.withResolvers<{ request: IncomingMessage; body: Buffer }>();
    let tries = 0;
    const sink = createServer(async (request, response) => {
      const body = await buffer(request);
      tries += 1;
      response.writeHead(tries === 1 ? 503 : 200).end();
      if (tries > 1) arrived.resolve({ request, body });
    }).listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => sink.once('listening', resolve));
      const webhookUrl = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/hook?generation=1`;
      const { request_id: requestId } = await fal.queue.submit('fal-ai/flux-lora', { input: fox, webhookUrl });
      const { request, body } = await arrived.promise;
      expect(request.url).toBe('/hook?generation=1');
      expect(JSON.parse(body.toString())).toMatchObject({
        request_id: requestId,
        status: 'OK',
        payload: { seed: 7, images: [{ width: 320 }] },
      });
      const header = (name: string) => String(request.headers[`x-fal-webhook-${name}`]);
      const digest = createHash('sha256').update(body).digest('hex');
      const message = Buffer.from([header('request-id'), header('user-id'), header('timestamp'), digest].join('\n'));
      const { keys } = (await (await fetch(`${simulator.url}/fal/.well-known/jwks.json`)).json()) as { keys: { x: string }[] };
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: keys[0]!.x }, format: 'jwk' });
      expect(verify(null, message, key, Buffer.from(header('signature'), 'hex'))).toBe(true);
    } finally {
      sink.close();
    }
  });
});
