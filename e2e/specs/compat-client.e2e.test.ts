import { createCompatClient } from '@imagegen/client/compat/create-compat-client';
import { describe, expect, test } from 'vitest';
import { uniquePrompt, untilEnded } from '../src/generate.ts';
import { openDoor } from '../src/http-door.ts';
import { purchasesOf } from '../src/ledger.ts';
import { fetchPicture, referencePicture } from '../src/picture.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl, simulatorUrl } = sharedSystem;
const { fetchLoRAModels, searchLoRAModels, generateImage, getGenerationStatus, XanoImageService } = createCompatClient({
  baseUrl: gatewayUrl,
  getToken: () => 'ig_dev_user1',
});

const companion = {
  generationDefaults: {
    cfg_scale: 7.5,
    steps: 30,
    dimensions: '1024x768',
    sampler: 'DPM++ 2M Karras',
    seed: 7,
    loras: [{ id: 309, weight: 0.8 }],
    negative_prompt: '',
    style_preset: 'photographic',
  },
};

describe.concurrent("ChatEnhanced's own functions, on this gateway", () => {
  test('list and find LoRAs in the shape its selector reads', async () => {
    const all = await fetchLoRAModels();
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([309, 310, 311, 312]));
    for (const { tags, name } of all) expect([Array.isArray(tags), typeof name]).toEqual([true, 'string']);
    expect((await searchLoRAModels('', 'anime')).every(({ category }) => category === 'anime')).toBe(true);
    expect(await searchLoRAModels('nothing-like-it')).toEqual([]);
  });

  test("make a companion's picture, and say how a style changes it", async () => {
    const prompt = uniquePrompt();
    const [url = ''] = await generateImage(prompt, 'text-to-image', companion, null, 'anime');
    expect(await fetchPicture(url)).toMatchObject({ width: 1024, height: 768 });
    const [bought] = await purchasesOf(simulatorUrl, prompt);
    expect(bought?.input).toMatchObject({ seed: 7, guidance_scale: 9, num_inference_steps: 35 });
  });

  test('make a picture out of a picture', async () => {
    const urls = await generateImage(uniquePrompt(), 'variation', null, await referencePicture());
    expect(urls).toHaveLength(1);
    await fetchPicture(urls[0] ?? '');
  });

  test('start a picture and follow it by its status', async () => {
    const { request_id: id } = await generateImage({ prompt: uniquePrompt(), dimensions: '512x768', loras: [{ id: '309', weight: 1 }] });
    expect(['queued', 'processing', 'completed']).toContain((await getGenerationStatus(id)).status);
    await untilEnded(openDoor(gatewayUrl), id);
    const status = await getGenerationStatus(id);
    expect(status).toEqual({ id, status: 'completed', image_url: expect.any(String) });
    expect(await fetchPicture(status.image_url ?? '')).toMatchObject({ width: 512, height: 768 });
  });

  test('resolve the service class when every picture of a batch is there', async () => {
    const output = await new XanoImageService().generate({
      prompt: uniquePrompt(),
      cfg_scale: 7.5,
      steps: 30,
      sampler: 'euler',
      seed: 12345,
      width: 768,
      height: 1024,
      lora_models: [{ model: { id: 309 }, weight: 1.2 }],
      batch_size: 2,
    });
    expect(output).toMatchObject({ status: 'completed', seed: 12345, api: 'gateway' });
    expect(output.images).toHaveLength(2);
    for (const { url } of output.images) expect(await fetchPicture(url)).toMatchObject({ width: 768, height: 1024 });
  });

  test('reject with a sentence', async () => {
    await expect(generateImage({ prompt: '' })).rejects.toThrow(/prompt/);
    await expect(generateImage(`${uniquePrompt()} sim:content-policy`, 'text-to-image')).rejects.toThrow(/\w+ \w+/);
    await expect(getGenerationStatus('req_unknown')).rejects.toThrow('Generation not found');
  });
});
