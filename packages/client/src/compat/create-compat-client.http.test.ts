import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../gateway-error.ts';
import { GenerationFailedError } from '../generation-failed-error.ts';
import { type ScriptedGateway, startScriptedGateway } from '../scripted-gateway.fixture.ts';
import { createCompatClient } from './create-compat-client.ts';

let gateway: ScriptedGateway;
beforeEach(async () => {
  gateway = await startScriptedGateway();
});
afterEach(() => gateway[Symbol.asyncDispose]());

const connect = () => createCompatClient({ baseUrl: `${gateway.url}/`, getToken: async () => 'ig_secret' });
const lorasAt = 'GET /api:f0PVlTz_/loras';
const generateAt = 'POST /api:f0PVlTz_/smart_generate';
const statusAt = 'GET /api/generations/req_1/status';
const lora = (id: number) => ({ id, name: `LoRA ${id}`, tags: ['ink'], thumbnail_url: null });
const running = { request_id: 'req_1', status: 'processing', images: [] };
const completed = { request_id: 'req_1', status: 'completed', images: [{ url: 'https://a/1' }, { url: 'https://a/2' }] };

describe('LoRAs', () => {
  it('are fetched to the last page', async () => {
    gateway.replies[lorasAt] = [{ body: { loras: [lora(1), lora(2)], total: 3 } }, { body: { loras: [lora(3)], total: 3 } }];
    const { fetchLoRAModels } = connect();
    expect((await fetchLoRAModels()).map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(gateway.seen.map(({ url }) => new URL(url, gateway.url).searchParams.get('page'))).toEqual(['1', '2']);
  });

  it('are searched by term and category, with the token', async () => {
    gateway.replies[lorasAt] = [{ body: { loras: [], total: 0 } }];
    expect(await connect().searchLoRAModels('red fox', 'anime')).toEqual([]);
    expect(gateway.seen).toMatchObject([
      { url: '/api:f0PVlTz_/loras?search=red+fox&category=anime&limit=100&page=1', authorization: 'Bearer ig_secret' },
    ]);
  });

  it('are asked for without a header when there is no token', async () => {
    gateway.replies[lorasAt] = [{ body: { loras: [], total: 0 } }];
    await createCompatClient({ baseUrl: gateway.url, getToken: () => null }).fetchLoRAModels();
    expect(gateway.seen).toMatchObject([{ authorization: undefined }]);
  });
});

describe('generateImage', () => {
  it("waits for a companion's pictures", async () => {
    gateway.replies[generateAt] = [{ status: 202, body: { request_id: 'req_1', status: 'processing' } }];
    gateway.replies[statusAt] = [{ body: running }, { body: completed }];
    const urls = await connect().generateImage('a fox', 'text-to-image', { generationDefaults: { steps: 30 } });
    expect(urls).toEqual(['https://a/1', 'https://a/2']);
    expect(gateway.posted).toEqual([{ idempotencyKey: expect.stringMatching(/^[0-9a-f]{32}$/), body: { prompt: 'a fox', steps: 30 } }]);
  });

  it('starts a picture by parameters, and getGenerationStatus follows it', async () => {
    gateway.replies[generateAt] = [{ status: 202, body: { request_id: 'req_1', status: 'processing' } }];
    const status = { id: 'req_1', status: 'completed', image_url: 'https://a/1' };
    gateway.replies['GET /api:f0PVlTz_/requests/req_1'] = [{ body: status }];
    const { generateImage, getGenerationStatus } = connect();
    const { request_id: id } = await generateImage({ prompt: 'a fox', dimensions: '512x768' });
    expect(await getGenerationStatus(id)).toEqual(status);
  });

  it('sends the same key again when there was no room', async () => {
    gateway.replies[generateAt] = [
      { status: 503, body: { error: 'Busy', code: 'SERVICE_UNAVAILABLE', message: 'Busy' } },
      { status: 202, body: { request_id: 'req_1' } },
    ];
    await connect().generateImage({ prompt: 'a fox' });
    expect(gateway.posted).toHaveLength(2);
    expect(new Set(gateway.posted.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });

  it.each([
    ['as text', { error: 'prompt: is required', code: 'VALIDATION_ERROR', message: 'prompt: is required' }],
    ['as an object', { error: { code: 'VALIDATION_ERROR', message: 'prompt: is required' }, message: 'prompt: is required' }],
  ])('rejects with a sentence when the refusal comes %s', async (_, body) => {
    gateway.replies[generateAt] = [{ status: 400, body }];
    const error = await connect()
      .generateImage({ prompt: '' })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code: 'VALIDATION_ERROR', message: 'prompt: is required', requestId: 'http_1' });
  });

  it('survives a lost answer, and says plainly when what answers is no gateway', async () => {
    gateway.faults['/api:f0PVlTz_/smart_generate'] = ['lose-answer', { status: 404 }];
    const starting = connect().generateImage({ prompt: 'a fox' });
    await expect(starting).rejects.toMatchObject({ code: 'NOT_A_GATEWAY', message: expect.stringContaining('is not the gateway') });
    expect(gateway.seen).toHaveLength(2);
  });

  it('rejects, and does not throw, for what the gateway does not do', async () => {
    await expect(connect().generateImage('a fox', 'upscale')).rejects.toThrow('does not enlarge');
    expect(gateway.seen).toEqual([]);
  });
});

describe('XanoImageService', () => {
  const params = { prompt: 'a fox', lora_models: [{ model: { id: 309 }, weight: 1 }], batch_size: 2 };

  it('resolves when completed', async () => {
    gateway.replies['POST /api/image/generate'] = [{ status: 202, body: { ...running, status: 'pending' } }];
    gateway.replies[statusAt] = [{ body: { ...running, status: 'pending' } }, { body: running }, { body: completed }];
    const { XanoImageService } = connect();
    expect(await new XanoImageService().generate(params)).toEqual(completed);
    expect(gateway.posted).toMatchObject([{ body: { loras: [{ id: 309, weight: 1 }], options: { num_images: 2 } } }]);
  });

  it('rejects with what the generation failed of', async () => {
    gateway.replies[statusAt] = [{ body: { ...running, status: 'failed', error: { code: 'CONTENT_REJECTED', message: 'Refused.' } } }];
    const { XanoImageService } = connect();
    const error = await new XanoImageService().pollForCompletion('req_1').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GenerationFailedError);
    expect(error).toMatchObject({ code: 'CONTENT_REJECTED', message: 'Refused.' });
  });
});
