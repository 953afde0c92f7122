import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../simulator.ts';

let simulator: Simulator;
let openai: OpenAI;

beforeAll(async () => {
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, latency: { minMs: 20, maxMs: 40 }, logLevel: 'silent' });
  openai = new OpenAI({ apiKey: 'sk-x', baseURL: `${simulator.url}/openai/v1`, maxRetries: 0 });
});

afterAll(() => simulator[Symbol.asyncDispose]());

const fox = { model: 'gpt-image-2', prompt: 'a red fox', quality: 'low' } as const;

async function plainPicture(width: number, height: number) {
  const bytes = await sharp({ create: { width, height, channels: 4, background: 'red' } })
    .png()
    .toBuffer();
  return toFile(bytes, 'picture.png', { type: 'image/png' });
}

function sizeOf(base64: string | undefined) {
  return sharp(Buffer.from(base64 ?? '', 'base64')).metadata();
}

async function collect<Event>(stream: AsyncIterable<Event>): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe('the official OpenAI client', () => {
  it('generates pictures of the asked size, format and number', async () => {
    const answer = await openai.images.generate({ ...fox, n: 2, size: '1536x1024', output_format: 'webp', output_compression: 50 });
    expect(answer).toMatchObject({ size: '1536x1024', quality: 'low', output_format: 'webp', background: 'opaque' });
    expect(answer.data).toHaveLength(2);
    expect(await sizeOf(answer.data?.[0]?.b64_json)).toMatchObject({ width: 1536, height: 1024, format: 'webp' });
    expect(answer.usage?.total_tokens).toBe((answer.usage?.input_tokens ?? 0) + (answer.usage?.output_tokens ?? 0));
    expect(answer._request_id).toMatch(/^req_/);
  });

  it('never gets the same picture twice', async () => {
    const [one, two] = [await openai.images.generate(fox), await openai.images.generate(fox)];
    expect(one.data?.[0]?.b64_json).not.toBe(two.data?.[0]?.b64_json);
  });

  it('makes any size with a model that can', async () => {
    const answer = await openai.images.generate({ ...fox, size: '1280x720' });
    expect(await sizeOf(answer.data?.[0]?.b64_json)).toMatchObject({ width: 1280, height: 720 });
  });

  it('edits one picture, several, and within a mask', async () => {
    const image = await plainPicture(64, 64);
    const one = await openai.images.edit({ ...fox, image, mask: image });
    expect(await sizeOf(one.data?.[0]?.b64_json)).toMatchObject({ width: 1024, height: 1024 });
    const several = await openai.images.edit({ ...fox, image: [image, image], n: 2 });
    expect(several.data).toHaveLength(2);
    expect(several.usage?.input_tokens_details.image_tokens).toBe(2 * 194);
  });

  it('edits by JSON too', async () => {
    const { data } = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer({ resolveWithObject: true });
    const body = { ...fox, images: [{ image_url: `data:image/png;base64,${data.toString('base64')}` }] };
    const answer = await openai.post<{ data: { b64_json: string }[] }>('/images/edits', { body });
    expect(answer.data).toHaveLength(1);
  });

  it.each(['generate', 'edit'] as const)('streams unfinished pictures and the finished one (%s)', async (method) => {
    const options = { ...fox, stream: true, partial_images: 2 } as const;
    const stream =
      method === 'generate'
        ? await openai.images.generate(options)
        : await openai.images.edit({ ...options, image: await plainPicture(8, 8) });
    const events = await collect<{ type: string; b64_json: string }>(stream);
    const prefix = method === 'generate' ? 'image_generation' : 'image_edit';
    expect(events.map(({ type }) => type)).toEqual([`${prefix}.partial_image`, `${prefix}.partial_image`, `${prefix}.completed`]);
    for (const { b64_json: base64 } of events) expect((await sizeOf(base64)).width).toBe(1024);
    expect(events.at(-1)).toMatchObject({ usage: { output_tokens: 196 + 200 } });
  });

  it('gets an error in the middle of a stream by its code', async () => {
    const stream = await openai.images.generate({ ...fox, prompt: 'a fox sim:content-policy', stream: true });
    await expect(collect(stream)).rejects.toMatchObject({ code: 'moderation_blocked', status: undefined });
  });

  it.each(['dall-e-2', 'dall-e-3', 'gpt-image-1', 'no-such-model'])('finds %s gone', async (model) => {
    const call = openai.images.generate({ ...fox, model });
    await expect(call).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(call).rejects.toMatchObject({ code: 'model_not_found' });
  });

  it.each<[string, object, object]>([
    ['a seed', { seed: 7 }, { code: 'unknown_parameter', param: 'seed' }],
    ['a negative prompt', { negative_prompt: 'y' }, { code: 'unknown_parameter', param: 'negative_prompt' }],
    ['a response format', { response_format: 'url' }, { code: 'unknown_parameter', param: 'response_format' }],
    ['eleven pictures', { n: 11 }, { code: 'integer_above_max_value', param: 'n' }],
    ['a number as text', { n: '2' }, { code: 'invalid_type', param: 'n' }],
    ['no prompt', { prompt: undefined }, { code: 'missing_required_parameter', param: 'prompt' }],
    ['a quality of another model', { quality: 'max' }, { code: 'invalid_value', param: 'quality' }],
    ['an uneven size', { size: '1000x1000' }, { code: 'invalid_value', param: 'size' }],
    ['a size the older model lacks', { model: 'gpt-image-1.5', size: '1280x720' }, { code: 'invalid_value', param: 'size' }],
    ['a JPEG one can look through', { background: 'transparent', output_format: 'jpeg' }, { code: 'invalid_value', param: 'background' }],
  ])('is refused %s with 400', async (_what, change, expected) => {
    const call = openai.images.generate({ ...fox, ...change } as typeof fox);
    await expect(call).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(call).rejects.toMatchObject({ type: 'invalid_request_error', ...expected });
  });

  it('is refused files that are no pictures and masks of another size', async () => {
    const image = await plainPicture(64, 64);
    await expect(openai.images.edit({ ...fox, image: await toFile(Buffer.from('no picture'), 'x.png') })).rejects.toMatchObject({
      status: 400,
      code: 'invalid_image_file',
    });
    await expect(openai.images.edit({ ...fox, image, mask: await plainPicture(32, 32) })).rejects.toMatchObject({
      status: 400,
      param: 'mask',
    });
    await expect(openai.images.edit({ ...fox, image, input_fidelity: 'high' })).rejects.toMatchObject({
      status: 400,
      param: 'input_fidelity',
    });
  });

  it('lists the models that still answer', async () => {
    const { data } = await openai.models.list();
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining(['gpt-image-2', 'gpt-image-2.6-flare']));
    expect(data.map(({ id }) => id)).not.toContain('gpt-image-1');
  });

  it('needs a key', async () => {
    const response = await fetch(`${simulator.url}/openai/v1/models`);
    expect([response.status, await response.json()]).toEqual([401, { error: expect.objectContaining({ code: 'invalid_api_key' }) }]);
  });
});
