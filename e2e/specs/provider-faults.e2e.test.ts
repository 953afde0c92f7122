import type { GenerationOutput } from '@imagegen/client/procedure-types';
import { describe, expect, test } from 'vitest';
import { submit, uniquePrompt, untilEnded } from '../src/generate.ts';
import { openDoor } from '../src/http-door.ts';
import { purchasesOf } from '../src/ledger.ts';
import { fetchPicture } from '../src/picture.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl, simulatorUrl } = sharedSystem;
const door = openDoor(gatewayUrl);

const routes = { fal: 'flux/standard', replicate: 'replicate/generate', openai: 'openai/generate' } as const;
type Provider = keyof typeof routes;

/** How a generation must end, and how many requests the provider may have accepted for it. */
type Ending = { ends: 'completed' | string; purchases: number };
type Fault = { word: string; wish?: Record<string, unknown> } & Partial<Record<Provider, Ending>>;

const completed = (purchases: number): Ending => ({ ends: 'completed', purchases });
const failed = (code: string, purchases: number): Ending => ({ ends: code, purchases });
const everywhere = (ending: Ending) => ({ fal: ending, replicate: ending, openai: ending });

const faults: Fault[] = [
  { word: 'rate-limited-retry-after=1 sim:once', ...everywhere(completed(1)) },
  { word: 'rate-limited sim:once', ...everywhere(completed(1)) },
  { word: 'rate-limited', ...everywhere(failed('PROVIDER_ERROR', 0)) },
  { word: 'error-500 sim:once', fal: completed(1), replicate: completed(1), openai: failed('OUTCOME_UNKNOWN', 0) },
  { word: 'error-422', ...everywhere(failed('PROVIDER_REJECTED', 0)) },
  { word: 'error-401', ...everywhere(failed('PROVIDER_REJECTED', 0)) },
  { word: 'quota', ...everywhere(failed('PROVIDER_REJECTED', 0)) },
  {
    word: 'moderation',
    fal: failed('CONTENT_REJECTED', 1),
    replicate: failed('CONTENT_REJECTED', 1),
    openai: failed('CONTENT_REJECTED', 0),
  },
  { word: 'content-policy', ...everywhere(failed('CONTENT_REJECTED', 1)) },
  { word: 'truncated-image', ...everywhere(failed('INVALID_IMAGE', 1)) },
  { word: 'corrupt-image', ...everywhere(failed('INVALID_IMAGE', 1)) },
  { word: 'wrong-mime', ...everywhere(failed('INVALID_IMAGE', 1)) },
  { word: 'missing-image', fal: failed('INVALID_IMAGE', 1), replicate: failed('INVALID_IMAGE', 1), openai: failed('OUTCOME_UNKNOWN', 1) },
  { word: 'corrupt-json', fal: completed(1), replicate: completed(1), openai: failed('OUTCOME_UNKNOWN', 1) },
  {
    word: 'corrupt-result',
    fal: failed('PROVIDER_ERROR', 1),
    replicate: failed('PROVIDER_ERROR', 1),
    openai: failed('OUTCOME_UNKNOWN', 1),
  },
  { word: 'reset', fal: completed(1), replicate: completed(1), openai: failed('OUTCOME_UNKNOWN', 1) },
  { word: 'reset-before', replicate: failed('PROVIDER_ERROR', 0), openai: failed('OUTCOME_UNKNOWN', 0) },
  { word: 'reset-before', wish: { deadline_seconds: 10 }, fal: failed('DEADLINE_EXCEEDED', 0) },
  { word: 'fail', fal: failed('PROVIDER_ERROR', 3), replicate: failed('PROVIDER_ERROR', 3), openai: failed('OUTCOME_UNKNOWN', 1) },
  { word: 'fail sim:once', fal: completed(2), replicate: completed(2) },
  { word: 'runner-error', fal: failed('PROVIDER_ERROR', 3), replicate: failed('PROVIDER_ERROR', 3), openai: failed('OUTCOME_UNKNOWN', 1) },
  { word: 'aborted', replicate: failed('PROVIDER_ERROR', 3) },
  { word: 'status-500', fal: completed(1), replicate: completed(1) },
  { word: 'slow=1500', ...everywhere(completed(1)) },
  { word: 'never', wish: { deadline_seconds: 10 }, ...everywhere(failed('DEADLINE_EXCEEDED', 1)) },
];

const cases = faults.flatMap(({ word, wish, ...providers }) =>
  (Object.entries(providers) as [Provider, Ending][]).map(([provider, ending]) => [word, provider, ending, wish ?? {}] as const),
);

async function expectHonest(output: GenerationOutput): Promise<void> {
  if (output.status === 'completed') {
    expect(output.images.length).toBeGreaterThan(0);
    for (const { url, sha256 } of output.images) expect((await fetchPicture(url)).sha256).toBe(sha256);
  } else {
    expect(output).toMatchObject({ status: 'failed', images: [], credits_used: 0, error: { message: expect.stringMatching(/^The /) } });
    expect(JSON.stringify(output.error)).not.toMatch(/127\.0\.0\.1|node_modules|ECONN|undici|[A-Z]:\/\/|stack/);
  }
}

describe.concurrent('a provider that misbehaves', () => {
  test.each(cases)('sim:%s at %s', async (word, provider, { ends, purchases }, wish) => {
    const prompt = uniquePrompt(`a red fox sim:${word}`);
    const { request_id } = await submit(door, routes[provider], { prompt, width: 512, height: 512, ...wish });
    const output = await untilEnded(door, request_id, 50_000);
    expect(output.error?.code ?? output.status).toBe(ends);
    await expectHonest(output);
    const bought = await purchasesOf(simulatorUrl, prompt);
    expect(bought.map(({ outcome }) => outcome)).toHaveLength(purchases);
    if (output.status === 'completed') expect(bought.filter(({ billed }) => billed)).toHaveLength(1);
  });

  test.each(Object.entries(routes))('fewer pictures than asked for, at %s, are kept, paid and said', async (_, route) => {
    const prompt = uniquePrompt('a red fox sim:fewer');
    const { request_id } = await submit(door, route, { prompt, num_images: 3 });
    const output = await untilEnded(door, request_id);
    expect(output.status).toBe('completed');
    expect(output.images).toHaveLength(2);
    expect(output.adjustments).toMatchObject([{ parameter: 'num_images', kind: 'approximated', asked: 3, used: 2 }]);
    await expectHonest(output);
  });

  test('a mistake of one generation leaves its neighbours alone', async () => {
    const prompts = Array.from({ length: 12 }, (_, index) => uniquePrompt(index % 3 === 0 ? 'a fox sim:truncated-image' : 'a fox'));
    const accepted = await Promise.all(prompts.map((prompt) => submit(door, 'flux/standard', { prompt, width: 256, height: 256 })));
    const outputs = await Promise.all(accepted.map(({ request_id }) => untilEnded(door, request_id)));
    expect(outputs.map(({ status }) => status)).toEqual(prompts.map((_, index) => (index % 3 === 0 ? 'failed' : 'completed')));
  });
});
