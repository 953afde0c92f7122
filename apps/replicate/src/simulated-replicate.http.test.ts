import { guardedFetch } from '@imagegen/runtime/guarded-fetch';
import { Secret } from '@imagegen/runtime/secret';
import { awaitResult } from '@imagegen/worker/await-result';
import type { ProviderAdapter } from '@imagegen/worker/provider-adapter';
import { type RunningSimulator, startSimulator } from '@imagegen/worker/simulator.fixture';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createReplicateAdapter } from './replicate-adapter.ts';

let simulator: RunningSimulator;
let adapter: ProviderAdapter;
const signal = AbortSignal.timeout(30_000);

beforeAll(async () => {
  simulator = await startSimulator();
  adapter = createReplicateAdapter({ baseUrl: `${simulator.url}/replicate/v1`, key: new Secret('key') });
});

afterAll(() => simulator[Symbol.asyncDispose]());

const endpoint = 'black-forest-labs/flux-dev-lora';
const callOf = (prompt: string) => {
  const input = { prompt, aspect_ratio: '1:1', megapixels: '0.25', num_outputs: 2, seed: 7, output_format: 'webp', go_fast: false };
  return { endpoint, body: { input }, images: 2, seed: 7 };
};

async function generate(prompt: string) {
  const submitted = await adapter.submit({ call: callOf(prompt), callbackUrl: null, signal });
  if (submitted.kind !== 'submitted') throw new Error('Replicate has predictions');
  return awaitResult({ adapter, reference: { ...submitted, endpoint }, onState: async () => undefined, signal });
}

it('makes pictures that can be fetched', async () => {
  const { images, ...output } = await generate('a red fox');
  expect(output).toEqual({ seed: null, costMicros: 64_000 });
  expect(images).toHaveLength(2);
  for (const image of images) {
    if (image.kind !== 'url') throw new Error('Replicate hands out URLs');
    const { trustedOrigins, resultHosts: allowedHosts } = adapter;
    const bytes = await guardedFetch(image.url, { trustedOrigins, allowedHosts, maxBytes: 10_000_000, timeoutMs: 10_000, maxRedirects: 0 });
    expect(bytes.subarray(8, 12).toString()).toBe('WEBP');
  }
});

it.each([
  ['fail', { kind: 'unavailable', billed: 'no' }],
  ['aborted', { kind: 'unavailable', billed: 'no' }],
  ['moderation', { kind: 'content-rejected', billed: 'no' }],
  ['content-policy', { kind: 'content-rejected', billed: 'no' }],
  ['quota', { kind: 'insufficient-funds', billed: 'no' }],
  ['rate-limited-retry-after=2', { kind: 'rate-limited', billed: 'no', retryAfterMs: 2_000 }],
  ['error-503', { kind: 'unavailable', billed: 'unknown' }],
  ['reset-before', { kind: 'unavailable', billed: 'unknown' }],
  ['corrupt-json', { kind: 'malformed', billed: 'unknown' }],
  ['corrupt-result', { kind: 'malformed', billed: 'unknown' }],
])('tells the truth about sim:%s', async (word, error) => {
  await expect(generate(`a red fox sim:${word}`)).rejects.toMatchObject(error);
});

it.each(['slow=200', 'status-500', 'queue=2'])('gets through sim:%s', async (word) => {
  expect((await generate(`a red fox sim:${word}`)).images).toHaveLength(2);
});

it('finds what it bought when the answer was lost, and that nothing was bought when the request was', async () => {
  await expect(generate('found sim:reset')).rejects.toMatchObject({ billed: 'unknown' });
  const reference = await adapter.find?.({ call: callOf('found sim:reset'), ageMs: 0 }, signal);
  if (!reference) throw new Error('it was bought');
  expect((await awaitResult({ adapter, reference, onState: async () => undefined, signal })).images).toHaveLength(2);
  await expect(generate('lost sim:reset-before')).rejects.toMatchObject({ billed: 'unknown' });
  expect(await adapter.find?.({ call: callOf('lost sim:reset-before'), ageMs: 0 }, signal)).toBeNull();
});

it('stops what it is asked to cancel', async () => {
  const submitted = await adapter.submit({ call: callOf('a red fox sim:never'), callbackUrl: null, signal });
  if (submitted.kind !== 'submitted') throw new Error('Replicate has predictions');
  const reference = { ...submitted, endpoint };
  await adapter.cancel?.(reference);
  expect(await adapter.check(reference, signal)).toMatchObject({ kind: 'failed', error: { kind: 'invalid-request' } });
});

it('buys once for each submission, whatever becomes of the answer', async () => {
  const response = await fetch(`${simulator.url}/sim/ledger`);
  const { submissions } = (await response.json()) as { submissions: { prompt: string }[] };
  const prompts = submissions.map(({ prompt }) => prompt);
  expect(new Set(prompts).size).toBe(prompts.length);
});
