import { createClient } from '@imagegen/client/create-client';
import type { Accepted, GenerationOutput } from '@imagegen/client/procedure-types';
import { describe, expect, test } from 'vitest';
import { generate, type RestAccepted, submit, uniquePrompt, untilEnded } from '../src/generate.ts';
import { openDoor } from '../src/http-door.ts';
import { purchasesOf } from '../src/ledger.ts';
import { fetchPicture } from '../src/picture.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl, simulatorUrl } = sharedSystem;
const door = openDoor(gatewayUrl);
const client = createClient({ url: gatewayUrl, token: door.key });

/** The PRD's own example, with a prompt that is this test's alone. */
const example = (prompt = uniquePrompt('A beautiful sunset over mountains')) =>
  ({ prompt, loras: [{ id: 309, weight: 1.2 }], seed: 12345, priority: 'quality' }) as const;

function expectAccepted(accepted: RestAccepted): void {
  expect(accepted).toEqual({
    success: true,
    provider: 'fal-juggernaut',
    engine: 'flux-juggernaut',
    request_id: expect.stringMatching(/^req_/),
    generation_id: expect.stringMatching(/^gen_/),
    status: 'pending',
    poll_url: `/api:v2/status/check?request_id=${accepted.request_id}`,
    estimated_time: 20,
    seed: 12345,
    adjustments: [],
    routing: { engine: 'flux-juggernaut', rule: 'quality-with-loras: LoRAs and quality first', considered: expect.any(Array) },
  });
  expect(accepted.routing.considered.map(({ engine, ok }) => [engine, ok])).toEqual([
    ['flux-standard', true],
    ['flux-advanced', true],
    ['flux-juggernaut', true],
    ['replicate', true],
    ['openai', false],
    ['openai-edit', false],
  ]);
}

function expectCompleted(output: GenerationOutput, accepted: RestAccepted, { api, prompt }: { api: string; prompt: string }): void {
  const { generation_id, request_id, poll_url, routing } = accepted;
  expect(output).toEqual({
    generation_id,
    request_id,
    status: 'completed',
    provider: 'fal-juggernaut',
    provider_used: 'fal',
    engine: 'flux-juggernaut',
    api,
    prompt,
    seed: 12345,
    progress: 100,
    estimated_time: 20,
    poll_url,
    images: [
      {
        url: expect.stringMatching(new RegExp(`^${gatewayUrl}/images/[0-9a-f]{64}\\.jpg\\?expires=\\d+&signature=`)),
        vault_url: expect.stringMatching(new RegExp(`^${gatewayUrl}/images/[0-9a-f]{64}\\.jpg$`)),
        thumbnail_url: expect.stringMatching(/\/thumb\?expires=/),
        placeholder: expect.stringMatching(/^[\w+/]{10,}=*$/),
        seed: 12345,
        width: 1024,
        height: 1024,
        content_type: 'image/jpeg',
        bytes: expect.any(Number),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        metadata: {
          seed: 12345,
          width: 1024,
          height: 1024,
          actual_cfg: 7.5,
          actual_steps: 40,
          generation_time: expect.any(Number),
          provider: 'fal-juggernaut',
        },
      },
    ],
    credits_used: expect.any(Number),
    adjustments: [],
    routing,
    is_favorite: false,
    created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    completed_at: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  expect(output.credits_used).toBeGreaterThan(0);
  expect(output.images[0]!.metadata.generation_time).toBeGreaterThan(0);
}

async function expectPicture(output: GenerationOutput): Promise<void> {
  const image = output.images[0]!;
  expect(await fetchPicture(image.url)).toEqual({
    format: 'jpeg',
    width: image.width,
    height: image.height,
    sha256: image.sha256,
    sizeBytes: image.bytes,
  });
}

describe.concurrent('from a wish to a picture', () => {
  test('REST: the example is accepted, bought once with exactly its prompt, and comes back whole', async () => {
    const input = example();
    const answer = await door.post<RestAccepted>('/api:v2/smart/generate', input);
    expect(answer.status).toBe(202);
    expectAccepted(answer.body);
    const output = await untilEnded(door, answer.body.request_id);
    expectCompleted(output, answer.body, { api: 'v2', prompt: input.prompt });
    await expectPicture(output);
    const purchases = await purchasesOf(simulatorUrl, input.prompt);
    expect(purchases).toMatchObject([
      {
        provider: 'fal',
        model: 'rundiffusion-fal/juggernaut-flux-lora',
        input: {
          seed: 12345,
          loras: [{ path: expect.stringMatching(/^https:/), scale: 0.6 }],
          num_inference_steps: 40,
          guidance_scale: 7.5,
        },
        outcome: 'succeeded',
      },
    ]);
  });

  test('tRPC: the same call by the typed client ends the same way', async () => {
    const input = example();
    const { replayed, ...accepted }: Accepted = await client.smart.generate.mutate({ ...input, loras: [{ id: 309, weight: 1.2 }] });
    expect(replayed).toBe(false);
    expectAccepted(accepted);
    const output = await untilEnded(door, accepted.request_id);
    expectCompleted(output, accepted, { api: 'trpc', prompt: input.prompt });
    await expectPicture(output);
    expect(await client.status.check.query({ generation_id: accepted.generation_id })).toEqual(output);
    const { attempts, ...details } = await client.generations.get.query({ id: accepted.request_id });
    expect(details).toEqual(output);
    expect(attempts).toEqual([{ n: 1, call: 0, engine: 'flux-juggernaut', state: 'succeeded', cost: output.credits_used }]);
    expect(await purchasesOf(simulatorUrl, input.prompt)).toHaveLength(1);
  });

  test('both ids find it, by GET and by POST', async () => {
    const output = await generate(door, 'smart/generate', example());
    for (const name of ['request_id', 'generation_id'] as const) {
      const query = { [name]: output[name] };
      expect((await door.get(`/api:v2/status/check?${new URLSearchParams(query)}`)).body).toEqual(output);
      expect((await door.post('/api:v2/status/check', query)).body).toEqual(output);
    }
  });

  test('the same seed and input give the same bytes, another seed others', async () => {
    const input = example();
    const [first, again, other] = await Promise.all([
      generate(door, 'smart/generate', input),
      generate(door, 'smart/generate', input),
      generate(door, 'smart/generate', { ...input, seed: 12346 }),
    ]);
    expect(again.images[0]!.sha256).toBe(first.images[0]!.sha256);
    expect(other.images[0]!.sha256).not.toBe(first.images[0]!.sha256);
    expect(again.generation_id).not.toBe(first.generation_id);
  });

  test('a seed that was not given is drawn, returned, and makes the same picture when it is given', async () => {
    const { seed: _, ...input } = example();
    const drawn = await generate(door, 'smart/generate', { ...input, seed: -1 });
    expect(drawn.seed).toBeGreaterThanOrEqual(0);
    const repeated = await generate(door, 'smart/generate', { ...input, seed: drawn.seed });
    expect(repeated.images[0]!.sha256).toBe(drawn.images[0]!.sha256);
  });

  test('seed 0 is a seed', async () => {
    const accepted = await submit(door, 'flux/standard', { prompt: uniquePrompt(), seed: 0 });
    expect(accepted.seed).toBe(0);
    expect((await untilEnded(door, accepted.request_id)).images[0]!.seed).toBe(0);
  });

  test('what a picture costs is what the provider charged', async () => {
    const input = { prompt: uniquePrompt(), num_images: 2 };
    const output = await generate(door, 'flux/standard', input);
    const [purchase] = await purchasesOf(simulatorUrl, input.prompt);
    expect(purchase!.billed).toBe(true);
    expect(output.credits_used).toBeCloseTo(purchase!.price_usd, 6);
  });

  test('the LoRAs that may be named are listed', async () => {
    const { loras } = await client.loras.list.query();
    expect(loras.map(({ id }) => id)).toEqual(expect.arrayContaining([309, 310, 311, 312]));
    expect(loras.map(({ name }) => name)).toEqual(loras.map(({ name }) => name).sort());
  });
});
