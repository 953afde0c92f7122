import { Secret } from '@imagegen/runtime/secret';
import type { ProviderAdapter } from '@imagegen/worker/provider-adapter';
import { type RunningSimulator, startSimulator } from '@imagegen/worker/simulator.fixture';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOpenAiAdapter } from './openai-adapter.ts';

let simulator: RunningSimulator;
let adapter: ProviderAdapter;
const signal = AbortSignal.timeout(30_000);

beforeAll(async () => {
  simulator = await startSimulator();
  adapter = createOpenAiAdapter({ baseUrl: `${simulator.url}/openai/v1`, key: new Secret('key') });
});

afterAll(() => simulator[Symbol.asyncDispose]());

const body = {
  model: 'gpt-image-2',
  size: '1024x1024',
  quality: 'low',
  output_format: 'png',
  moderation: 'auto',
  safety_identifier: 'u',
  n: 2,
};

async function generate(prompt: string) {
  const call = { endpoint: 'images/generations', body: { ...body, prompt }, images: 2, seed: null };
  const finished = await adapter.submit({ call, callbackUrl: null, signal });
  if (finished.kind !== 'finished') throw new Error('OpenAI has no queue');
  return finished;
}

it('makes pictures, and others from them', async () => {
  const { output, providerRequestId } = await generate('a red fox');
  expect(providerRequestId).toMatch(/^req_/);
  expect(output.costMicros).toBeGreaterThan(2 * 196 * 30);
  const bytes = output.images.map((image) => (image.kind === 'bytes' ? image.bytes : Buffer.alloc(0)));
  expect(bytes.map((picture) => picture.subarray(1, 4).toString())).toEqual(['PNG', 'PNG']);

  const images = bytes.map((picture) => ({ image_url: `data:image/png;base64,${picture.toString('base64')}` }));
  for (const references of [images, images.slice(0, 1)]) {
    const edit = { ...body, prompt: 'a blue fox', n: 1, images: references };
    const call = { endpoint: 'images/edits', body: edit, images: 1, seed: null };
    const edited = await adapter.submit({ call, callbackUrl: null, signal });
    expect(edited).toMatchObject({ kind: 'finished', output: { images: [{ kind: 'bytes' }] } });
  }
});

it.each([
  ['moderation', { kind: 'content-rejected', billed: 'no' }],
  ['quota', { kind: 'insufficient-funds', billed: 'no' }],
  ['rate-limited-retry-after=2', { kind: 'rate-limited', billed: 'no', retryAfterMs: 2_000 }],
  ['error-404', { kind: 'not-found', billed: 'no' }],
  ['error-503', { kind: 'unavailable', billed: 'unknown' }],
  ['fail', { kind: 'unavailable', billed: 'unknown' }],
  ['reset', { kind: 'unavailable', billed: 'unknown' }],
  ['corrupt-json', { kind: 'malformed', billed: 'unknown' }],
])('tells the truth about sim:%s', async (word, error) => {
  await expect(generate(`a red fox sim:${word}`)).rejects.toMatchObject(error);
});

it('takes fewer pictures than asked, and slow answers', async () => {
  expect((await generate('a red fox sim:fewer')).output.images).toHaveLength(1);
  expect((await generate('a red fox sim:slow=200')).output.images).toHaveLength(2);
});

it('buys once for each submission, whatever becomes of the answer', async () => {
  const response = await fetch(`${simulator.url}/sim/ledger`);
  const { submissions } = (await response.json()) as { submissions: { prompt: string }[] };
  const bought = submissions.map(({ prompt }) => prompt).filter((prompt) => prompt.includes('sim:'));
  expect(new Set(bought).size).toBe(bought.length);
  expect(bought).toContain('a red fox sim:reset');
});
