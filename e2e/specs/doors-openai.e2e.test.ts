import { createOpenAI } from '@ai-sdk/openai';
import { generateImage } from 'ai';
import OpenAI, { APIError, AuthenticationError, BadRequestError, NotFoundError, toFile } from 'openai';
import { describe, expect, test } from 'vitest';
import { uniquePrompt, untilEnded } from '../src/generate.ts';
import { type ErrorAnswer, openDoor } from '../src/http-door.ts';
import { purchasesOf } from '../src/ledger.ts';
import { decodePicture, fetchPicture, referencePicture } from '../src/picture.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl, simulatorUrl } = sharedSystem;
const door = openDoor(gatewayUrl);
const client = new OpenAI({ baseURL: `${gatewayUrl}/v1`, apiKey: door.key });
const provider = createOpenAI({ baseURL: `${gatewayUrl}/v1`, apiKey: door.key });

type GatewayPart = {
  generation_id: string;
  engine: string;
  credits_used: number;
  adjustments: { parameter: string }[];
  receipt: { rule: string };
};
const gatewayPart = (answer: object) => (answer as { x_gateway: GatewayPart }).x_gateway;
const fromBase64 = (text: string | undefined) => decodePicture(Buffer.from(text ?? '', 'base64'));

async function pictureFile() {
  const dataUrl = await referencePicture();
  return Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64');
}

describe.concurrent("OpenAI's own client", () => {
  test('gets the bytes of a GPT image model', async () => {
    const answer = await client.images.generate({ model: 'gpt-image-2', prompt: uniquePrompt(), size: '1536x1024', quality: 'low' });
    expect(await fromBase64(answer.data?.[0]?.b64_json)).toMatchObject({ format: 'png', width: 1536, height: 1024 });
    expect(answer).toMatchObject({
      created: expect.any(Number),
      output_format: 'png',
      size: '1536x1024',
      data: [{ b64_json: expect.any(String) }],
    });
    expect(gatewayPart(answer)).toMatchObject({ engine: 'openai', adjustments: [], receipt: { rule: expect.stringMatching(/^pinned/) } });
  });

  test.each([
    ['flux-standard', 'flux-standard'],
    ['flux-juggernaut', 'flux-juggernaut'],
    ['replicate', 'replicate'],
    ['auto', 'flux-standard'],
  ])('reaches %s', async (model, engine) => {
    const answer = await client.images.generate({ model, prompt: uniquePrompt(), n: 2, output_format: 'jpeg' });
    expect(gatewayPart(answer)).toMatchObject({ engine, generation_id: expect.stringMatching(/^gen_/) });
    expect(gatewayPart(answer).credits_used).toBeGreaterThan(0);
    expect(answer.data).toHaveLength(2);
    for (const { url } of answer.data ?? []) expect(await fetchPicture(url ?? '')).toMatchObject({ format: 'jpeg' });
  });

  test('says what is ours in a corner of its own', async () => {
    const prompt = uniquePrompt();
    const body = {
      model: 'flux-standard',
      prompt,
      quality: 'high' as const,
      user: 'somebody',
      x_gateway: { seed: 7, loras: [{ id: 309 }], steps: 20 },
    };
    const answer = await client.images.generate(body);
    expect(gatewayPart(answer).adjustments.map(({ parameter }) => parameter)).toEqual(['quality']);
    const [bought] = await purchasesOf(simulatorUrl, prompt);
    expect(bought?.input).toMatchObject({ seed: 7, num_inference_steps: 20, loras: [{ scale: 0.5 }] });
  });

  test('answers an old name with the model of today, and says so', async () => {
    const answer = await client.images.generate({ model: 'dall-e-3', prompt: uniquePrompt(), quality: 'hd', style: 'vivid' });
    expect(await fetchPicture(answer.data?.[0]?.url ?? '')).toMatchObject({ format: 'png' });
    expect(gatewayPart(answer).adjustments.map(({ parameter }) => parameter)).toEqual(['model', 'style']);
  });

  test('changes a picture', async () => {
    const image = await toFile(await pictureFile(), 'picture.png', { type: 'image/png' });
    const answer = await client.images.edit({ model: 'gpt-image-2', image, prompt: uniquePrompt() });
    await fromBase64(answer.data?.[0]?.b64_json);
    expect(gatewayPart(answer).engine).toBe('openai-edit');
  });

  test('changes a picture with an engine of fal', async () => {
    const image = [await toFile(await pictureFile(), 'picture.png', { type: 'image/png' })];
    const answer = await client.images.edit({ model: 'flux-standard', image, prompt: uniquePrompt(), response_format: 'url' });
    await fetchPicture(answer.data?.[0]?.url ?? '');
    expect(gatewayPart(answer).engine).toBe('flux-standard');
  });

  test('streams: an event with each picture', async () => {
    const stream = await client.images.generate({ model: 'flux-standard', prompt: uniquePrompt(), n: 2, stream: true });
    const events = [];
    for await (const event of stream) events.push(event);
    expect(events.map(({ type }) => type)).toEqual(['image_generation.completed', 'image_generation.completed']);
    for (const { b64_json } of events) expect(await fromBase64(b64_json)).toMatchObject({ format: 'png' });
    const image = await toFile(await pictureFile(), 'picture.png', { type: 'image/png' });
    for await (const event of await client.images.edit({ image, prompt: uniquePrompt(), stream: true }))
      expect(event).toMatchObject({ type: 'image_edit.completed', b64_json: expect.any(String) });
  });

  test('throws what went wrong in the middle of a stream', async () => {
    const stream = await client.images.generate({ model: 'flux-standard', prompt: uniquePrompt('a fox sim:error-422'), stream: true });
    const read = async () => {
      for await (const event of stream) expect(event).toBeUndefined();
    };
    await expect(read()).rejects.toThrow(APIError);
  });

  test('lists the models', async () => {
    const models = (await client.models.list()).data;
    expect(models.map(({ id }) => id)).toEqual(expect.arrayContaining(['auto', 'flux-standard', 'openai-edit', 'gpt-image-2']));
    expect(await client.models.retrieve('flux-standard')).toMatchObject({ id: 'flux-standard', object: 'model', owned_by: 'fal' });
    await expect(client.models.retrieve('sdxl')).rejects.toThrow(NotFoundError);
  });

  test('throws its own errors', async () => {
    const thrown = (call: Promise<unknown>): Promise<APIError> =>
      call.then(
        () => new APIError(0, undefined, 'nothing', undefined),
        (error) => error,
      );
    const nobody = new OpenAI({ baseURL: `${gatewayUrl}/v1`, apiKey: 'sk-nobody' });
    const prompt = uniquePrompt();
    expect(await thrown(nobody.images.generate({ prompt }))).toMatchObject({ constructor: AuthenticationError, code: 'invalid_api_key' });
    expect(await thrown(client.images.generate({ prompt, model: 'sdxl' }))).toMatchObject({
      constructor: NotFoundError,
      code: 'model_not_found',
      type: 'invalid_request_error',
    });
    expect(await thrown(client.images.generate({ prompt, n: 99 }))).toMatchObject({
      constructor: BadRequestError,
      param: 'n',
      code: 'invalid_value',
    });
    const unknown: object = { prompt, steps: 4 };
    expect(await thrown(client.images.generate(unknown as { prompt: string }))).toMatchObject({
      param: 'steps',
      code: 'unknown_parameter',
    });
    expect(await thrown(client.images.generate({ prompt: `${prompt} sim:moderation`, model: 'openai' }))).toMatchObject({
      constructor: BadRequestError,
      code: 'moderation_blocked',
      type: 'image_generation_user_error',
    });
    expect(await purchasesOf(simulatorUrl, prompt)).toEqual([]);
  });

  test('does not buy again when a generation failed', async () => {
    const prompt = `${uniquePrompt()} sim:fail`;
    const error = await client.images.generate({ prompt, model: 'flux-standard' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(APIError);
    expect((error as APIError).headers?.get('x-should-retry')).toBe('false');
    const generations = new Set((await purchasesOf(simulatorUrl, prompt)).map(({ provider_request_id: id }) => id));
    expect(generations.size).toBeLessThanOrEqual(3);
  });

  test('gets the same picture for the same idempotency key', async () => {
    const prompt = uniquePrompt();
    const send = () => client.images.generate({ prompt, model: 'flux-standard' }, { headers: { 'Idempotency-Key': prompt } });
    const [one, two] = [await send(), await send()];
    expect(gatewayPart(two).generation_id).toBe(gatewayPart(one).generation_id);
    expect(await purchasesOf(simulatorUrl, prompt)).toHaveLength(1);
  });
});

describe.concurrent('the AI SDK', () => {
  test.each(['gpt-image-2', 'flux-standard', 'replicate'])('generates with %s', async (model) => {
    const { image } = await generateImage({ model: provider.image(model), prompt: uniquePrompt(), size: '1024x1024' });
    expect(await decodePicture(image.uint8Array)).toMatchObject({ format: 'png', width: 1024, height: 1024 });
  });

  test('changes a picture', async () => {
    const { image } = await generateImage({
      model: provider.image('gpt-image-2'),
      prompt: { text: uniquePrompt(), images: [await pictureFile()] },
    });
    await decodePicture(image.uint8Array);
  });
});

describe.concurrent('forms', () => {
  async function post(path: string, parts: Record<string, string | Blob>) {
    const body = new FormData();
    for (const [name, part] of Object.entries(parts)) body.append(name, part);
    const answer = await fetch(`${gatewayUrl}${path}`, { method: 'POST', headers: { authorization: `Bearer ${door.key}` }, body });
    return { status: answer.status, body: (await answer.json()) as ErrorAnswer & { request_id: string } };
  }
  const blob = async () => new Blob([await pictureFile()], { type: 'image/png' });

  test.each(['image', 'reference_image'])('of v2 have their picture as %s', async (name) => {
    const prompt = uniquePrompt();
    const { status, body } = await post('/api:v2/openai/edit', { prompt, num_images: '2', [name]: await blob() });
    expect([status, body]).toMatchObject([202, { success: true, provider: 'openai-edit', status: 'pending' }]);
    const output = await untilEnded(door, body.request_id);
    expect([output.status, output.images.length]).toEqual(['completed', 2]);
  });

  test.each([
    ['no picture', async () => ({}), 'reference_image'],
    ['something else', async () => ({ image: new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>']) }), 'reference_image'],
    ['half a picture', async () => ({ image: new Blob([(await pictureFile()).subarray(0, 300)]) }), 'reference_image'],
    ['another file', async () => ({ image: await blob(), mask: await blob() }), 'mask'],
    ['an unknown field', async () => ({ image: await blob(), cfg: '7' }), 'cfg'],
  ])('with %s are refused before anything is paid', async (_, parts, path) => {
    const prompt = uniquePrompt();
    const { status, body } = await post('/api:v2/openai/edit', { prompt, ...(await parts()) });
    expect([status, body.error]).toMatchObject([400, { code: 'VALIDATION_ERROR', details: { fields: [{ path }] } }]);
    expect(await purchasesOf(simulatorUrl, prompt)).toEqual([]);
  });

  test('that are too large or broken are refused', async () => {
    const large = await post('/api:v2/openai/edit', { prompt: 'a', image: new Blob([Buffer.alloc(10 * 1024 * 1024 + 1)]) });
    expect([large.status, large.body.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const broken = await door.post('/api:v2/openai/edit', '--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na', headers);
    expect([broken.status, broken.body]).toMatchObject([400, { error: { code: 'VALIDATION_ERROR' } }]);
    const shapeless = await door.post('/api:v2/openai/edit', 'a', { 'content-type': 'multipart/form-data' });
    expect([shapeless.status, shapeless.body]).toMatchObject([400, { error: { code: 'VALIDATION_ERROR' } }]);
    const theirs = await post('/v1/images/edits', { prompt: 'a', image: new Blob([Buffer.alloc(10 * 1024 * 1024 + 1)]) });
    expect([theirs.status, theirs.body]).toMatchObject([
      413,
      { error: { type: 'invalid_request_error' }, x_gateway: { code: 'PAYLOAD_TOO_LARGE' } },
    ]);
  });

  test('are for edits alone', async () => {
    const { status } = await post('/api:v2/openai/generate', { prompt: 'a' });
    expect(status).toBe(415);
  });
});
