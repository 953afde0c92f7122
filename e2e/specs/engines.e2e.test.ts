import { describe, expect, test } from 'vitest';
import { generate, uniquePrompt } from '../src/generate.ts';
import { openDoor } from '../src/http-door.ts';
import { purchasesOf } from '../src/ledger.ts';
import { fetchPicture, referencePicture } from '../src/picture.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl, simulatorUrl } = sharedSystem;
const door = openDoor(gatewayUrl);
const loras = [{ id: 309, weight: 1.5 }, { id: 310 }];

describe.concurrent('every engine makes what was asked, or says what it did instead', () => {
  test.each([
    ['flux/standard', 'fal-standard', 'fal-ai/flux-lora', { loras }],
    ['flux/advanced', 'fal-advanced', 'fal-ai/flux-general', { loras: [...loras, { id: 311 }, { id: 312 }, { id: 313 }] }],
    ['flux/juggernaut', 'fal-juggernaut', 'rundiffusion-fal/juggernaut-flux-lora', { loras }],
    ['replicate/generate', 'replicate', 'black-forest-labs/flux-dev-lora', { loras }],
    ['openai/generate', 'openai', 'gpt-image-2', {}],
  ])('%s, nothing adjusted', async (route, provider, model, wish) => {
    const prompt = uniquePrompt();
    const output = await generate(door, route, { prompt, ...wish });
    expect(output).toMatchObject({ status: 'completed', provider, adjustments: [], prompt });
    expect(await fetchPicture(output.images[0]!.url)).toMatchObject({ format: 'jpeg', width: 1024, height: 1024 });
    expect(await purchasesOf(simulatorUrl, prompt)).toMatchObject([{ model, prompt, outcome: 'succeeded' }]);
  });

  test('fal makes exactly the pixels that were asked for', async () => {
    const { images, adjustments } = await generate(door, 'flux/standard', { prompt: uniquePrompt(), width: 808, height: 456 });
    expect(adjustments).toEqual([]);
    expect(await fetchPicture(images[0]!.url)).toMatchObject({ width: 808, height: 456 });
  });

  test.each([
    [{ dimensions: '512x768' }, 512, 768],
    [{ image_size: 'landscape_16_9' }, 1024, 576],
    [{ width: 256, height: 320, dimensions: '512x768', image_size: 'square' }, 256, 320],
  ])('a size may be said as %j', async (size, width, height) => {
    const { images } = await generate(door, 'flux/standard', { prompt: uniquePrompt(), ...size });
    expect(images[0]).toMatchObject({ width, height });
  });

  test('Replicate makes the nearest ratio and says so', async () => {
    const { images, adjustments } = await generate(door, 'replicate/generate', { prompt: uniquePrompt(), width: 1000, height: 600 });
    const { width, height } = images[0]!;
    expect([width, height]).toEqual([1344, 768]);
    expect(adjustments).toMatchObject([{ parameter: 'size', kind: 'approximated', asked: '1000x600', used: '1344x768' }]);
    expect(await fetchPicture(images[0]!.url)).toMatchObject({ width, height });
  });

  test('eight pictures are bought in two calls whose seeds go on', async () => {
    const prompt = uniquePrompt();
    const output = await generate(door, 'flux/standard', { prompt, num_images: 8, seed: 500, width: 256, height: 256 });
    expect(output.adjustments).toEqual([]);
    expect(output.images).toHaveLength(8);
    expect(new Set(output.images.map(({ sha256 }) => sha256)).size).toBe(8);
    const purchases = await purchasesOf(simulatorUrl, prompt);
    expect(purchases.map(({ input }) => [input.seed, input.num_images]).sort()).toEqual([
      [500, 4],
      [504, 4],
    ]);
    expect(output.credits_used).toBeCloseTo(purchases[0]!.price_usd + purchases[1]!.price_usd, 6);
  });

  test('fal has no WebP: it makes PNG and we transcode', async () => {
    const prompt = uniquePrompt();
    const { images, adjustments } = await generate(door, 'flux/standard', { prompt, format: 'webp', quality: 60 });
    expect(adjustments).toEqual([]);
    expect(images[0]!.content_type).toBe('image/webp');
    expect(await fetchPicture(images[0]!.url)).toMatchObject({ format: 'webp', width: 1024, height: 1024, sha256: images[0]!.sha256 });
    expect(await purchasesOf(simulatorUrl, prompt)).toMatchObject([{ input: { output_format: 'png' } }]);
  });

  test.each([
    ['replicate/generate', 'webp'],
    ['openai/generate', 'webp'],
    ['openai/generate', 'png'],
    ['flux/advanced', 'png'],
  ])('%s makes %s itself', async (route, format) => {
    const { images } = await generate(door, route, { prompt: uniquePrompt(), format });
    expect(await fetchPicture(images[0]!.url)).toMatchObject({ format });
  });

  test('a negative prompt is native at Flux Advanced and a wish elsewhere', async () => {
    const [native, wish] = [uniquePrompt(), uniquePrompt()];
    const advanced = await generate(door, 'flux/advanced', { prompt: native, negative_prompt: 'rain' });
    expect(advanced.adjustments).toEqual([]);
    expect(await purchasesOf(simulatorUrl, native)).toMatchObject([{ input: { negative_prompt: 'rain' } }]);
    const standard = await generate(door, 'flux/standard', { prompt: wish, negative_prompt: 'rain' });
    expect(standard.adjustments).toMatchObject([{ parameter: 'negative_prompt', kind: 'approximated', asked: 'rain' }]);
    expect(await purchasesOf(simulatorUrl, `${wish} [not: rain]`)).toHaveLength(1);
  });

  test('OpenAI says what it has not', async () => {
    const wish = { seed: 7, steps: 60, cfg_scale: 9, sampler: 'ddim', strength: 0.5, negative_prompt: 'rain', width: 1000, height: 1000 };
    const output = await generate(door, 'openai/generate', { prompt: uniquePrompt(), ...wish });
    expect(output.seed).toBeNull();
    expect(output.images[0]).toMatchObject({
      seed: null,
      width: 1008,
      height: 1008,
      metadata: { seed: null, actual_steps: null, actual_cfg: null },
    });
    expect(Object.fromEntries(output.adjustments.map(({ parameter, kind }) => [parameter, kind]))).toEqual({
      size: 'approximated',
      steps: 'approximated',
      negative_prompt: 'approximated',
      seed: 'dropped',
      cfg_scale: 'dropped',
      sampler: 'dropped',
      strength: 'dropped',
    });
  });

  test('what is out of an engine’s range is clamped and said', async () => {
    const prompt = uniquePrompt();
    const output = await generate(door, 'flux/advanced', { prompt, steps: 150, cfg_scale: 30, sampler: 'DPM++ 2M Karras' });
    expect(output.adjustments).toMatchObject([
      { parameter: 'steps', kind: 'approximated', asked: 150, used: 50 },
      { parameter: 'cfg_scale', kind: 'approximated', asked: 30, used: 20 },
      { parameter: 'sampler', kind: 'approximated', asked: 'DPM++ 2M Karras', used: 'dpmpp_2m' },
    ]);
    expect(output.images[0]!.metadata).toMatchObject({ actual_steps: 50, actual_cfg: 20 });
    expect(await purchasesOf(simulatorUrl, prompt)).toMatchObject([{ input: { num_inference_steps: 50, guidance_scale: 20 } }]);
  });

  test.each([
    ['openai/edit', 'openai', {}],
    ['flux/standard', 'fal', { strength: 0.6 }],
    ['replicate/generate', 'replicate', { prompt_strength: 0.6 }],
  ])('%s changes a picture given as a data URL', async (route, provider, wish) => {
    const prompt = uniquePrompt('make it blue');
    const output = await generate(door, route, { prompt, reference_image: await referencePicture(), ...wish });
    expect(output).toMatchObject({ status: 'completed', provider_used: provider });
    await fetchPicture(output.images[0]!.url);
    const [purchase] = await purchasesOf(simulatorUrl, prompt);
    expect(JSON.stringify(purchase!.input)).not.toContain('vault:');
  });

  test('directives in a prompt are settings, and forged ones stay words', async () => {
    const prompt = uniquePrompt();
    const output = await generate(door, 'flux/standard', { prompt: `${prompt} [seed:77]` });
    expect(output).toMatchObject({ prompt, seed: 77 });
    expect(await purchasesOf(simulatorUrl, prompt)).toMatchObject([{ input: { seed: 77 } }]);
  });

  test('the prompt arrives as it was typed, in any script', async () => {
    const prompt = uniquePrompt('“Zażółć” – 你好, שלום 👩‍🚀 <b>&amp;</b> \\n $1 %s');
    for (const route of ['flux/standard', 'replicate/generate', 'openai/generate']) await generate(door, route, { prompt });
    expect((await purchasesOf(simulatorUrl, prompt)).map(({ provider }) => provider).sort()).toEqual(['fal', 'openai', 'replicate']);
  });
});
