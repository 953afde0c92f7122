import { describe, expect, test } from 'vitest';
import { uniquePrompt, untilEnded } from '../src/generate.ts';
import { openDoor } from '../src/http-door.ts';
import { purchasesOf } from '../src/ledger.ts';
import { fetchPicture, referencePicture } from '../src/picture.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl, simulatorUrl } = sharedSystem;
const door = openDoor(gatewayUrl);

type JobAnswer = {
  job_id: string;
  request_id: string;
  status: string;
  message?: string;
  estimated_time?: number;
  loras_applied?: unknown[];
  result?: { url: string };
  image_url?: string;
  adjustments: { parameter: string; kind: string }[];
};
type LegacyError = { error: string; code: string; message: string };
type LoraPage = { loras: { id: number; name: string; category: string; tags: string[] }[]; total: number; page: number; limit: number };

const at = (path: string) => `/api:f0PVlTz_/${path}`;

describe.concurrent('the group ChatEnhanced calls', () => {
  test('answers 200 with the picture when OpenAI is chosen', async () => {
    const { status, body } = await door.post<JobAnswer>(at('smart_generate'), {
      prompt: uniquePrompt(),
      priority: 'quality',
      provider_preference: 'openai',
      dimensions: '1024x1024',
    });
    expect([status, body.status, body.job_id]).toEqual([200, 'completed', body.request_id]);
    expect(body.image_url).toBe(body.result?.url);
    expect(await fetchPicture(body.result?.url ?? '')).toMatchObject({ width: 1024, height: 1024 });
  });

  test('answers 202 with a job otherwise, and status_check and requests follow it', async () => {
    const prompt = uniquePrompt();
    const { status, body } = await door.post<JobAnswer>(at('smart_generate'), {
      prompt,
      width: 1536,
      height: 1024,
      cfg_scale: 8,
      steps: 40,
      style_preset: 'photographic',
      loras: ['lora_001', 'lora_003'],
      companion_id: 'c1',
      user_id: 1,
      provider_preference: 'flux',
      dimensions: '1536x1024',
    });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      job_id: body.request_id,
      status: 'processing',
      message: expect.any(String),
      estimated_time: expect.any(Number),
      loras_applied: [{ id: 309 }, { id: 311 }],
    });
    expect(body.adjustments.map(({ parameter }) => parameter)).toEqual(expect.arrayContaining(['style_preset', 'companion_id', 'user_id']));
    const early = await door.get<JobAnswer>(at(`status_check?job_id=${body.job_id}`));
    expect(['processing', 'completed']).toContain(early.body.status);
    await untilEnded(door, body.job_id);
    const checked = await door.get<JobAnswer>(at(`status_check?job_id=${body.job_id}`));
    expect([checked.status, checked.body.status]).toEqual([200, 'completed']);
    expect(checked.body.image_url).toBe(checked.body.result?.url);
    expect(await fetchPicture(checked.body.image_url ?? '')).toMatchObject({ width: 1536, height: 1024 });
    const request = await door.get(at(`requests/${body.job_id}`));
    expect([request.status, request.body]).toEqual([200, { id: body.job_id, status: 'completed', image_url: expect.any(String) }]);
  });

  test("understands fal's names at flux_standard_v2", async () => {
    const prompt = uniquePrompt();
    const { status, body } = await door.post<JobAnswer>(at('flux_standard_v2'), {
      prompt,
      width: 1024,
      height: 1024,
      seed: 42,
      negative_prompt: '',
      num_inference_steps: 28,
      guidance_scale: '3.5',
      num_images: 1,
      safety_tolerance: '2',
      enable_safety_checker: true,
      output_format: 'png',
      loras: [],
      user_id: 1,
    });
    expect([status, body]).toMatchObject([202, { job_id: expect.any(String), status: 'processing' }]);
    expect(await untilEnded(door, body.job_id)).toMatchObject({
      engine: 'flux-standard',
      seed: 42,
      images: [{ content_type: 'image/png' }],
    });
    const [bought] = await purchasesOf(simulatorUrl, prompt);
    expect(bought?.input).toMatchObject({ num_inference_steps: 28, guidance_scale: 3.5, output_format: 'png', seed: 42 });
  });

  test('asks for 30 steps and guidance 7.5 when the caller does not', async () => {
    const prompt = uniquePrompt();
    const { body } = await door.post<JobAnswer>(at('smart_generate'), { prompt });
    await untilEnded(door, body.job_id);
    const [bought] = await purchasesOf(simulatorUrl, prompt);
    expect(bought?.input).toMatchObject({ num_inference_steps: 30, guidance_scale: 7.5 });
  });

  test('makes a picture out of a picture', async () => {
    const image = await referencePicture();
    const { status, body } = await door.post<JobAnswer>(at('image_to_image'), {
      prompt: uniquePrompt(),
      image_url: image,
      lora_model: 'lora_001',
      strength: 0.8,
      guidance_scale: 7,
      output_format: 'png',
    });
    expect([status, body]).toMatchObject([202, { status: 'processing', loras_applied: [{ id: 309, weight: 1 }] }]);
    expect(await untilEnded(door, body.job_id)).toMatchObject({ status: 'completed', engine: 'flux-standard' });
  });

  test('says in text why a job failed', async () => {
    const { body } = await door.post<JobAnswer>(at('flux_standard_v2'), { prompt: `${uniquePrompt()} sim:content-policy` });
    await untilEnded(door, body.job_id);
    const checked = await door.get(at(`status_check?job_id=${body.job_id}`));
    expect([checked.status, checked.body]).toMatchObject([200, { status: 'failed', error: expect.any(String) }]);
    const request = await door.get(at(`requests/${body.job_id}`));
    expect(request.body).toEqual({ id: body.job_id, status: 'failed', error: expect.any(String) });
  });

  test.each([
    ['search=portrait', 1],
    ['category=anime', 1],
    ['search=&category=&limit=2', 6],
    ['tags=ink,brush', 1],
    ['search=nothing-like-it', 0],
  ])('lists LoRAs for ?%s', async (query, total) => {
    const { status, body } = await door.get<LoraPage>(at(`loras?${query}`));
    expect([status, body.total, body.page]).toEqual([200, total, 1]);
    expect(body.loras.length).toBe(Math.min(total, body.limit));
    for (const lora of body.loras)
      expect(lora).toMatchObject({ id: expect.any(Number), name: expect.any(String), tags: expect.any(Array) });
  });

  test.each([
    ['smart_generate', { test: true }, 'VALIDATION_ERROR', 'prompt: is required'],
    ['image_to_image', { prompt: 'a' }, 'VALIDATION_ERROR', 'image_url: is required'],
    ['smart_generate', { prompt: 'a', loras: ['lora_999'] }, 'INVALID_LORA', 'Unknown LoRA: lora_999.'],
    ['smart_generate', { prompt: 'a', loras: ['lora_001'], provider_preference: 'openai' }, 'LIMIT_EXCEEDED', /does not support LoRAs/],
  ])('POST %s refuses %j with an error that is text', async (path, sent, code, message) => {
    const { status, body } = await door.post<LegacyError>(at(path), sent);
    expect([status, body.code]).toEqual([400, code]);
    expect(body.error).toMatch(message);
    expect(body.message).toBe(body.error);
  });

  test.each(['status_check?job_id=req_unknown', 'requests/req_unknown'])('GET %s says that there is nothing', async (path) => {
    const { status, body } = await door.get<LegacyError>(at(path));
    expect([status, body]).toMatchObject([404, { error: 'Generation not found', code: 'NOT_FOUND', message: 'Generation not found' }]);
  });

  test('says in text that there is no such endpoint', async () => {
    const { status, body } = await door.post<LegacyError>(at('enhance_image_v2'), { prompt: 'a' });
    expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
    expect(body.error).toBe(`There is no POST ${at('enhance_image_v2')}.`);
  });
});
