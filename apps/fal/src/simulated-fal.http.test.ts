import { guardedFetch } from '@imagegen/runtime/guarded-fetch';
import { Secret } from '@imagegen/runtime/secret';
import { awaitResult } from '@imagegen/worker/await-result';
import type { ProviderAdapter } from '@imagegen/worker/provider-adapter';
import { type RunningSimulator, startSimulator } from '@imagegen/worker/simulator.fixture';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFalAdapter } from './fal-adapter.ts';

let simulator: RunningSimulator;
let adapter: ProviderAdapter;
const signal = AbortSignal.timeout(30_000);

beforeAll(async () => {
  simulator = await startSimulator();
  adapter = createFalAdapter({ baseUrl: `${simulator.url}/fal`, key: new Secret('key') });
});

afterAll(() => simulator[Symbol.asyncDispose]());

async function generate(prompt: string) {
  const body = { prompt, image_size: 'square', num_images: 2, seed: 7, output_format: 'png', enable_safety_checker: true };
  const call = { endpoint: 'fal-ai/flux-lora', body, images: 2, seed: 7 };
  const submitted = await adapter.submit({ call, callbackUrl: null, signal });
  if (submitted.kind !== 'submitted') throw new Error('fal has a queue');
  const reference = { ...submitted, endpoint: call.endpoint };
  return awaitResult({ adapter, reference, onState: async () => undefined, signal });
}

it('makes pictures that can be fetched', async () => {
  const { images, ...output } = await generate('a red fox');
  expect(output).toEqual({ seed: 7, costMicros: 70_000 });
  expect(images).toHaveLength(2);
  for (const image of images) {
    if (image.kind !== 'url') throw new Error('fal hands out URLs');
    const { trustedOrigins, resultHosts: allowedHosts } = adapter;
    const bytes = await guardedFetch(image.url, { trustedOrigins, allowedHosts, maxBytes: 10_000_000, timeoutMs: 10_000, maxRedirects: 0 });
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  }
});

it.each([
  ['fail', { kind: 'unavailable', billed: 'no' }],
  ['runner-error', { kind: 'unavailable', billed: 'no' }],
  ['content-policy', { kind: 'content-rejected', billed: 'no' }],
  ['quota', { kind: 'insufficient-funds', billed: 'no' }],
  ['rate-limited-retry-after=2', { kind: 'rate-limited', billed: 'no', retryAfterMs: 2_000 }],
  ['error-503', { kind: 'unavailable', billed: 'no' }],
  ['error-504', { kind: 'unavailable', billed: 'unknown' }],
  ['reset', { kind: 'unavailable', billed: 'unknown' }],
  ['corrupt-json', { kind: 'malformed', billed: 'unknown' }],
  ['corrupt-result', { kind: 'malformed', billed: 'unknown' }],
])('tells the truth about sim:%s', async (word, error) => {
  await expect(generate(`a red fox sim:${word}`)).rejects.toMatchObject(error);
});

it.each(['slow=200', 'status-500', 'queue=2'])('gets through sim:%s', async (word) => {
  expect((await generate(`a red fox sim:${word}`)).images).toHaveLength(2);
});

it('delivers blackened pictures as blocked and withheld ones not at all', async () => {
  expect((await generate('a red fox sim:moderation')).images.map(({ blocked }) => blocked)).toEqual([true, true]);
  expect((await generate('a red fox sim:fewer')).images).toHaveLength(1);
});

it('buys once for each submission, whatever becomes of the answer', async () => {
  const response = await fetch(`${simulator.url}/sim/ledger`);
  const { submissions } = (await response.json()) as { submissions: { prompt: string }[] };
  const prompts = submissions.map(({ prompt }) => prompt);
  expect(new Set(prompts).size).toBe(prompts.length);
  expect(prompts).toContain('a red fox sim:reset');
});
