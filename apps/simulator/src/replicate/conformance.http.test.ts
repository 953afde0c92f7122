import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Replicate, { validateWebhook } from 'replicate';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../simulator.ts';

const loraModel = 'black-forest-labs/flux-dev-lora';
const multiLoraVersion = 'ab'.repeat(32);
const fox = { prompt: 'a red fox', seed: 7, output_format: 'png', aspect_ratio: '3:2', megapixels: '0.25' };

let simulator: Simulator;
let replicate: Replicate;

beforeAll(async () => {
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, latency: { minMs: 30, maxMs: 60 }, logLevel: 'silent' });
  replicate = new Replicate({ auth: 'r8_x', baseUrl: `${simulator.url}/replicate/v1` });
});

afterAll(() => simulator[Symbol.asyncDispose]());

/** Status and body of the response that made the client throw. */
async function refusalOf(call: Promise<unknown>): Promise<{ status: number; message: string }> {
  const error = (await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )) as (Error & { response: Response }) | undefined;
  return { status: error?.response.status ?? 0, message: error?.message ?? '' };
}

describe('the official Replicate client', () => {
  it('creates a prediction and watches it come to its end', async () => {
    const created = await replicate.predictions.create({ model: loraModel, input: fox });
    expect(created).toMatchObject({
      status: 'starting',
      output: null,
      error: null,
      version: 'hidden',
      model: loraModel,
      data_removed: false,
    });
    const done = await replicate.wait(created, { interval: 5 });
    expect(done.status).toBe('succeeded');
    expect(done.logs).toContain('Using seed: 7');
    const response = await fetch((done.output as string[])[0]!);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(await sharp(await response.arrayBuffer()).metadata()).toMatchObject({ width: 608, height: 416, format: 'png' });
  });

  it('runs with a held answer', async () => {
    const output = (await replicate.run(loraModel, { input: { ...fox, num_outputs: 2 } })) as unknown[];
    expect(output.map(String)).toEqual([expect.stringMatching(/\/0\.png$/), expect.stringMatching(/\/1\.png$/)]);
  });

  it('gets 202 when the wait ends before the run does', async () => {
    const response = await fetch(`${simulator.url}/replicate/v1/models/${loraModel}/predictions`, {
      method: 'POST',
      headers: { authorization: 'Bearer x', 'content-type': 'application/json', prefer: 'wait=1' },
      body: JSON.stringify({ input: { prompt: 'a fox sim:never' } }),
    });
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ status: 'processing', output: null });
  });

  it('cancels', async () => {
    const created = await replicate.predictions.create({ model: loraModel, input: { prompt: 'a fox sim:never' } });
    expect((await replicate.predictions.cancel(created.id)).status).toBe('canceled');
    expect((await replicate.predictions.get(created.id)).status).toBe('canceled');
  });

  it('runs a community model by its version and shows that version', async () => {
    const input = { prompt: 'a fox', hf_loras: ['owner/a', 'owner/b'], lora_scales: [0.9] };
    const created = await replicate.predictions.create({ version: multiLoraVersion, input, wait: 5 });
    expect(created).toMatchObject({ model: 'lucataco/flux-dev-multi-lora', version: multiLoraVersion, status: 'succeeded' });
  });

  it('lists predictions, newest first, between two moments', async () => {
    const first = await replicate.predictions.create({ model: loraModel, input: fox, wait: 5 });
    const second = await replicate.predictions.create({ model: loraModel, input: fox, wait: 5 });
    const { results } = await replicate.predictions.list();
    expect(results.slice(0, 2).map(({ id }) => id)).toEqual([second.id, first.id]);
    const since = await fetch(`${simulator.url}/replicate/v1/predictions?created_after=${second.created_at}`, {
      headers: { authorization: 'Bearer x' },
    });
    expect(((await since.json()) as { results: { id: string }[] }).results.map(({ id }) => id)).toContain(second.id);
    const before = await fetch(`${simulator.url}/replicate/v1/predictions?created_before=${first.created_at}`, {
      headers: { authorization: 'Bearer x' },
    });
    expect(((await before.json()) as { results: { id: string }[] }).results.map(({ id }) => id)).not.toContain(second.id);
  });

  it.each([
    ['a missing prompt', {}, '- input.prompt: is required'],
    ['too many outputs', { prompt: 'x', num_outputs: 5 }, '- input.num_outputs: Must be less than or equal to 4'],
    [
      'a format spelt the other way',
      { prompt: 'x', output_format: 'jpeg' },
      '- input.output_format: input.output_format must be one of the following',
    ],
    ['a wrong type', { prompt: 'x', seed: 'seven' }, '- input.seed: Invalid type. Expected: number, given: string'],
    ['an unknown field', { prompt: 'x', negative_prompt: 'y' }, '- input: Additional property negative_prompt is not allowed'],
  ])('is refused %s with 422', async (_what, input, detail) => {
    const { status, message } = await refusalOf(replicate.predictions.create({ model: loraModel, input }));
    expect(status).toBe(422);
    expect(JSON.parse(message.slice(message.indexOf('{'), message.lastIndexOf('}') + 1)).detail).toContain(detail);
  });

  it('is told of unknown models, versions and keys', async () => {
    expect((await refusalOf(replicate.predictions.create({ model: 'who/knows', input: fox }))).status).toBe(404);
    expect((await refusalOf(replicate.predictions.create({ version: 'lucataco/flux-dev-multi-lora', input: fox }))).status).toBe(422);
    expect((await refusalOf(replicate.predictions.get('unknown'))).status).toBe(404);
    expect((await fetch(`${simulator.url}/replicate/v1/predictions`)).status).toBe(401);
  });

  it('sees a reference that is no picture as a failed prediction', async () => {
    const image = `data:image/png;base64,${Buffer.from('no picture').toString('base64')}`;
    const done = await replicate.predictions.create({ model: loraModel, input: { prompt: 'a fox', image }, wait: 5 });
    expect(done).toMatchObject({ status: 'failed', error: 'cannot identify image file' });
  });
});

describe('webhooks', () => {
  it('bring the chosen events, signed with the published secret', async () => {
    const arrived: { headers: IncomingHttpHeaders; body: string }[] = [];
    const sink = createServer(async (request, response) => {
      arrived.push({ headers: request.headers, body: await text(request) });
      response.end();
    }).listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => sink.once('listening', resolve));
      const webhook = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/hook`;
      await replicate.predictions.create({ model: loraModel, input: fox, webhook, webhook_events_filter: ['start', 'completed'] });
      await expect.poll(() => arrived.length, { interval: 5 }).toBe(2);
      expect(arrived.map(({ body }) => JSON.parse(body).status).sort()).toEqual(['processing', 'succeeded']);
      const { key } = await replicate.webhooks.default.secret.get();
      for (const { headers, body } of arrived) {
        const proof = {
          id: String(headers['webhook-id']),
          timestamp: String(headers['webhook-timestamp']),
          signature: String(headers['webhook-signature']),
        };
        expect(await validateWebhook({ ...proof, body, secret: key })).toBe(true);
        expect(await validateWebhook({ ...proof, body: `${body} `, secret: key })).toBe(false);
      }
    } finally {
      sink.close();
    }
  });
});
