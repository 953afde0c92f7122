import type { GenerationOutput } from '@imagegen/client/procedure-types';
import { describe, expect, test } from 'vitest';
import { uniquePrompt, untilEnded } from '../src/generate.ts';
import { openDoor } from '../src/http-door.ts';
import { purchasesOf } from '../src/ledger.ts';
import { fetchPicture, referencePicture } from '../src/picture.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl, simulatorUrl } = sharedSystem;
const door = openDoor(gatewayUrl);

type V1Answer = {
  success: boolean;
  provider: string;
  request_id: string;
  images?: GenerationOutput['images'];
  metadata: { generation_id: string; credits_used: number; generation_time: number; adjustments: GenerationOutput['adjustments'] };
};
type LegacyError = { success: false; error: string; code: string; message: string; details?: Record<string, unknown> };

const at = (path: string) => `/api:_WUcacrv/${path}`;

describe.concurrent('the first group', () => {
  test.each([
    ['black-forest-labs/flux-dev-lora', 'replicate', { num_inference_steps: 40, guidance: 7 }],
    ['generate-image', 'replicate', { num_inference_steps: 40, guidance: 7 }],
    [
      'rundiffusion-fal/juggernaut-flux-lora',
      'fal-juggernaut',
      { num_inference_steps: 40, guidance_scale: 3.5, image_size: 'portrait_4_3' },
    ],
    ['fal-ai/flux-general', 'fal-advanced', { num_inference_steps: 40, guidance_scale: 3.5 }],
    ['fal-ai/flux-lora', 'fal-standard', { num_inference_steps: 40, guidance_scale: 3.5 }],
    ['rundiffusion-fal/rundiffusion-photo-flux', 'fal-standard', { num_inference_steps: 40, guidance_scale: 3.5 }],
    ['rundiffusion-photo-flux', 'fal-standard', { num_inference_steps: 40, guidance_scale: 3.5 }],
    ['generate-image-rundiffusion-lora', 'fal-standard', { num_inference_steps: 40, guidance_scale: 3.5 }],
  ])('POST %s answers 200 with ids of %s, and its requests the picture', async (path, provider, sent) => {
    const prompt = uniquePrompt();
    const first = await door.post<V1Answer>(at(path), { prompt });
    expect([first.status, first.body]).toMatchObject([
      200,
      { success: true, provider, request_id: expect.stringMatching(/^req_/), metadata: { credits_used: 0, generation_time: 0 } },
    ]);
    expect(first.body.images).toBeUndefined();
    await untilEnded(door, first.body.request_id);
    const { status, body } = await door.get<V1Answer>(at(`${path}/requests/${first.body.request_id}`));
    expect([status, body]).toMatchObject([200, { success: true, provider, images: [{ url: expect.any(String) }] }]);
    expect(body.metadata.credits_used).toBeGreaterThan(0);
    expect(body.metadata.generation_time).toBeGreaterThan(0);
    await fetchPicture(body.images?.[0]?.url ?? '');
    const [bought] = await purchasesOf(simulatorUrl, prompt);
    expect(bought?.input).toMatchObject(sent);
  });

  test('serves the body of the one public caller: numbers as text, LoRAs by name, "None" for nothing', async () => {
    const prompt = uniquePrompt();
    const { status, body } = await door.post<V1Answer>(at('generate-image'), {
      prompt,
      model_name: 'Paper Cut',
      modifier_name: 'None',
      modifier_scale: '',
      image_size: 'portrait_hd',
      cfg: '7',
      num_images: '1',
    });
    expect(status).toBe(200);
    expect(body.metadata.adjustments.map(({ parameter, kind }) => [parameter, kind])).toContainEqual(['image_size', 'approximated']);
    await untilEnded(door, body.request_id);
    const [bought] = await purchasesOf(simulatorUrl, prompt);
    expect(bought?.input).toMatchObject({ lora_weights: expect.stringContaining('paper-cut'), lora_scale: 1, num_outputs: 1 });
  });

  test('passes files of LoRAs and their scale on to the provider', async () => {
    const prompt = uniquePrompt();
    const loras = [
      { url: 'https://files.example.com/one.safetensors', scale: 1.3 },
      { path: 'https://files.example.com/two.safetensors', scale: '0.4' },
      { id: 309, weight: 1 },
    ];
    const { body } = await door.post<V1Answer>(at('fal-ai/flux-general'), { prompt, loras });
    await untilEnded(door, body.request_id);
    const [bought] = await purchasesOf(simulatorUrl, prompt);
    expect(bought?.input.loras).toEqual([
      { path: expect.stringContaining('realistic-portrait'), scale: 0.5 },
      { path: loras[0]?.url, scale: 1.3 },
      { path: loras[1]?.path, scale: 0.4 },
    ]);
  });

  test('gpt-image waits for its picture', async () => {
    const { status, body } = await door.post<V1Answer>(at('gpt-image'), {
      prompt: uniquePrompt(),
      model: 'gpt-image-1',
      quality: 'hd',
      size: '1024x1536',
      n: '1',
    });
    expect([status, body]).toMatchObject([200, { success: true, provider: 'openai', images: [{ width: 1024, height: 1536 }] }]);
    await fetchPicture(body.images?.[0]?.url ?? '');
  });

  test('gpt-image/edit waits for the changed picture', async () => {
    const { status, body } = await door.post<V1Answer>(at('gpt-image/edit'), { prompt: uniquePrompt(), image: await referencePicture() });
    expect([status, body]).toMatchObject([200, { success: true, provider: 'openai-edit', images: [{ url: expect.any(String) }] }]);
  });

  test('gpt-image says why there is no picture', async () => {
    const { status, body } = await door.post<LegacyError>(at('gpt-image'), { prompt: `${uniquePrompt()} sim:moderation` });
    expect(status).toBe(400);
    expect(body).toMatchObject({ success: false, code: 'CONTENT_REJECTED', details: { request_id: expect.any(String) } });
    expect(body.error).toBe(body.message);
  });

  test('chatbot_bridge draws what the message says', async () => {
    const prompt = uniquePrompt();
    const { status, body } = await door.post<V1Answer>(at('chatbot_bridge'), {
      session_id: 's1',
      message: prompt,
      messages: [],
      tools: [],
    });
    expect([status, body.success]).toEqual([200, true]);
    expect((await untilEnded(door, body.request_id)).prompt).toBe(prompt);
  });

  test.each([
    [{}, 'VALIDATION_ERROR', 'prompt: is required'],
    [{ prompt: 'a', loras: ['nobody'] }, 'INVALID_LORA', 'Unknown LoRA: nobody.'],
    [{ prompt: 'a', loras: [309, 310, 311] }, 'LIMIT_EXCEEDED', 'Standard Flux supports maximum 2 LoRAs. Use /flux/advanced for more.'],
  ])('refuses %j with an error that is text', async (sent, code, message) => {
    const { status, body } = await door.post<LegacyError>(at('fal-ai/flux-lora'), sent);
    expect([status, body]).toMatchObject([400, { success: false, error: message, code, message }]);
  });

  test('says on every answer that it is deprecated and what succeeds it', async () => {
    const answers = await Promise.all([
      door.post(at('fal-ai/flux-lora'), {}),
      openDoor(gatewayUrl, 'ig_dev_nobody').post(at('fal-ai/flux-lora'), {}),
      door.post(at('fal-ai/flux-lora'), { prompt: uniquePrompt() }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 401, 200]);
    for (const { headers } of answers) {
      expect(headers.get('deprecation')).toMatch(/^@\d+$/);
      expect(new Date(headers.get('sunset') ?? '').getTime()).toBeGreaterThan(Number(headers.get('deprecation')?.slice(1)) * 1000);
      expect(headers.get('link')).toBe('</api:v2/flux/standard>; rel="successor-version"');
    }
  });

  test('does not show the results of others', async () => {
    const { body } = await door.post<V1Answer>(at('fal-ai/flux-lora'), { prompt: uniquePrompt() });
    const foreign = await openDoor(gatewayUrl, 'ig_dev_user2').get<LegacyError>(at(`fal-ai/flux-lora/requests/${body.request_id}`));
    expect([foreign.status, foreign.body]).toMatchObject([404, { error: 'Generation not found', code: 'NOT_FOUND' }]);
  });

  test('says in text that there is no such endpoint', async () => {
    const { status, body } = await door.post<LegacyError>(at('fal-ai/unknown'), { prompt: 'a' });
    expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
    expect(body.error).toBe(`There is no POST ${at('fal-ai/unknown')}.`);
  });
});
