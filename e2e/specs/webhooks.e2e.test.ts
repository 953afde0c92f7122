import type { GenerationOutput } from '@imagegen/client/procedure-types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readToEnd } from '../src/event-stream.ts';
import { submit, uniquePrompt, untilEnded } from '../src/generate.ts';
import { type HttpDoor, openDoor } from '../src/http-door.ts';
import { purchasesOf } from '../src/ledger.ts';
import { countWebhooks, deliver, replicateWebhook, type WebhookOutcome } from '../src/provider-webhooks.ts';
import { type RunningSystem, startRunningSystem } from '../src/running-system.ts';

const routes = { fal: 'flux/standard', replicate: 'replicate/generate' } as const;
type Provider = keyof typeof routes;
const providers = Object.keys(routes) as Provider[];
const each = 4;

let system: RunningSystem;
let door: HttpDoor;
beforeAll(async () => {
  system = await startRunningSystem();
  door = openDoor(system.gatewayUrl);
});
afterAll(() => system[Symbol.asyncDispose]());

type Told = { prompt: string; output: GenerationOutput };

/** Some generations with the same script at the same time, each to its end. */
async function generateAll(provider: Provider, words: string): Promise<Told[]> {
  return Promise.all(
    Array.from({ length: each }, async () => {
      const prompt = uniquePrompt(`a red fox ${words}`);
      const { request_id } = await submit(door, routes[provider], { prompt, width: 256, height: 256 });
      return { prompt, output: await untilEnded(door, request_id) };
    }),
  );
}

/** Each was bought once, has its picture, and its log goes forward from the first event to the last. */
async function expectOnce(told: readonly Told[]): Promise<void> {
  for (const { prompt, output } of told) {
    expect(output, prompt).toMatchObject({ status: 'completed', images: [{}] });
    expect(await purchasesOf(system.simulatorUrl, prompt)).toHaveLength(1);
    const events = (await readToEnd(door, { id: output.generation_id })).map(({ data }) => data);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ status }) => status === 'completed' || status === 'failed')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ status: 'completed', images: output.images });
  }
}

/** Nothing that came since has changed what was told. Links are signed anew each time. */
async function expectUnchanged(told: readonly Told[]): Promise<void> {
  const withoutLinks = ({ images, ...rest }: GenerationOutput) => ({ ...rest, images: images.map(({ sha256 }) => sha256) });
  for (const { output } of told) expect(withoutLinks(await untilEnded(door, output.request_id))).toEqual(withoutLinks(output));
}

async function expectMore(
  provider: Provider,
  outcome: WebhookOutcome,
  before: Record<WebhookOutcome, number>,
  more: number,
): Promise<void> {
  const counted = async () => (await countWebhooks(system, provider))[outcome] - before[outcome];
  await expect.poll(counted, { timeout: 15_000, interval: 20 }).toBe(more);
}

describe.each(providers)("F14: storms of %s's webhooks", (provider) => {
  test.each<[string, Partial<Record<WebhookOutcome, number>>]>([
    ['sim:latency=300', { matched: 1 }],
    ['sim:webhook-duplicate=10', { matched: 1, duplicate: 9 }],
    ['sim:webhook-early', { matched: 1 }],
    ['sim:webhook-early sim:webhook-duplicate=10', { matched: 1, duplicate: 9 }],
    ['sim:webhook-delay=1500', { matched: 1 }],
    ['sim:webhook-delay=400 sim:latency=200 sim:webhook-duplicate=10', { matched: 1, duplicate: 9 }],
    ['sim:webhook-never', {}],
  ])('%s: state never goes back, and every picture is there once', async (words, perGeneration) => {
    const before = await countWebhooks(system, provider);
    const told = await generateAll(provider, words);
    await expectOnce(told);
    for (const [outcome, count] of Object.entries(perGeneration))
      await expectMore(provider, outcome as WebhookOutcome, before, count * each);
    await expectUnchanged(told);
  });
});

describe.each(providers)('F15: forged webhooks of %s', (provider) => {
  test.each(['webhook-forged', 'webhook-swapped', 'webhook-old', 'webhook-future'])('%s are turned away, all of them', async (word) => {
    const before = await countWebhooks(system, provider);
    const told = await generateAll(provider, `sim:${word}`);
    await expectOnce(told);
    // The provider tries each four times.
    await expectMore(provider, 'forged', before, 4 * each);
    expect(await countWebhooks(system, provider)).toEqual({ ...before, forged: before.forged + 4 * each });
    await expectUnchanged(told);
  });
});

test('F15: a genuine signature is good once and for five minutes, and says nothing about a generation that still runs', async () => {
  const { request_id } = await submit(door, routes.replicate, {
    prompt: uniquePrompt('a red fox sim:latency=2500'),
    width: 256,
    height: 256,
  });
  const bought = async () => (await countWebhooks(system, 'replicate')).parked;
  const before = await bought();
  const token = 'x'.repeat(32);
  const webhook = await replicateWebhook(system, { token, id: 'elsewhere' });
  expect(await Promise.all(Array.from({ length: 10 }, () => deliver(webhook)))).toEqual(Array(10).fill(202));
  expect(await bought()).toBe(before + 1);
  for (const minutes of [-120, -6, 6]) {
    expect(await deliver(await replicateWebhook(system, { token, id: 'elsewhere', atMs: Date.now() + minutes * 60_000 }))).toBe(401);
  }
  expect(await deliver({ ...webhook, body: `{"x":"${'x'.repeat(1024 * 1024)}"}` })).toBe(413);
  expect(await deliver({ ...webhook, headers: { 'content-type': 'application/json' } })).toBe(401);
  const { body } = await door.get<GenerationOutput>(`/api:v2/status/check?request_id=${request_id}`);
  expect(['pending', 'processing']).toContain(body.status);
  expect(await untilEnded(door, request_id)).toMatchObject({ status: 'completed' });
});

describe('F13: an answer to a submission that is lost', () => {
  const cases: [Provider, string][] = [
    ...['reset', 'corrupt-json', 'slow=200 sim:reset', 'reset sim:webhook-early', 'reset sim:webhook-duplicate=10'].flatMap((words) =>
      providers.map((provider): [Provider, string] => [provider, `sim:${words}`]),
    ),
    ['fal', 'sim:reset sim:webhook-delay=3000'],
    ['replicate', 'sim:reset sim:webhook-never'],
    ['replicate', 'sim:reset sim:webhook-forged'],
  ];

  test.each(cases)('at %s (%s) is found again, and nothing is bought twice', async (provider, words) => {
    await expectOnce(await generateAll(provider, words));
  });
});
