import OpenAI from 'openai';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from './simulator.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, latency: { minMs: 0, maxMs: 0 }, logLevel: 'silent' });
});

afterAll(() => simulator[Symbol.asyncDispose]());

beforeEach(async () => {
  await sim('DELETE', '/sim/ledger');
  await sim('DELETE', '/sim/scenario');
});

function sim(method: string, path: string, body?: unknown): Promise<Response> {
  const init = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return fetch(`${simulator.url}${path}`, { method, ...init });
}

type Entry = { provider: string; outcome: string; billed: boolean; price_usd: number; prompt: string };

async function readLedger(): Promise<Entry[]> {
  return ((await (await sim('GET', '/sim/ledger')).json()) as { submissions: Entry[] }).submissions;
}

const providers = ['fal', 'replicate', 'openai'] as const;
type Provider = (typeof providers)[number];

const doors = {
  fal: {
    path: '/fal/fal-ai/flux-lora',
    key: 'Key x',
    bodyOf: (prompt: string, count: number) => ({ prompt, num_images: count, image_size: 'square' }),
  },
  replicate: {
    path: '/replicate/v1/models/black-forest-labs/flux-dev-lora/predictions',
    key: 'Bearer x',
    bodyOf: (prompt: string, count: number) => ({ input: { prompt, num_outputs: count, output_format: 'jpg' } }),
  },
  openai: {
    path: '/openai/v1/images/generations',
    key: 'Bearer x',
    bodyOf: (prompt: string, count: number) => ({ model: 'gpt-image-2', prompt, n: count, quality: 'low' }),
  },
};

function submit(
  provider: Provider,
  prompt: string,
  { count = 1, signal }: { count?: number; signal?: AbortSignal } = {},
): Promise<Response> {
  const { path, key, bodyOf } = doors[provider];
  const headers = { authorization: key, 'content-type': 'application/json', prefer: 'wait' };
  return fetch(`${simulator.url}${path}`, { method: 'POST', headers, body: JSON.stringify(bodyOf(prompt, count)), signal: signal ?? null });
}

const falHeaders = { headers: { authorization: doors.fal.key } };

async function falStatusUrl(prompt: string, count = 1): Promise<string> {
  return ((await (await submit('fal', prompt, { count })).json()) as { status_url: string }).status_url;
}

/** Waits for COMPLETED; returns the last status and the result's response. */
async function falOutcome(prompt: string, count = 1) {
  const statusUrl = await falStatusUrl(prompt, count);
  let status: { status: string; error_type?: string; response_url: string } | undefined;
  await expect
    .poll(
      async () => {
        status = (await (await fetch(statusUrl, falHeaders)).json()) as typeof status;
        return status?.status;
      },
      { interval: 2 },
    )
    .toBe('COMPLETED');
  return { status: status!, result: await fetch(status!.response_url, falHeaders) };
}

describe('refusals', () => {
  const cases: [string, Provider, number, object][] = [
    ['rate-limited', 'fal', 429, { error_type: 'concurrent_requests_limit' }],
    ['rate-limited', 'replicate', 429, { detail: expect.stringContaining('throttled') }],
    ['rate-limited', 'openai', 429, { error: { code: 'rate_limit_exceeded' } }],
    ['quota', 'fal', 403, { detail: expect.stringContaining('Exhausted balance') }],
    ['quota', 'replicate', 402, { title: 'Insufficient credit' }],
    ['quota', 'openai', 429, { error: { code: 'insufficient_quota' } }],
    ['moderation', 'openai', 400, { error: { code: 'moderation_blocked', moderation_details: { moderation_stage: 'input' } } }],
    ...providers.flatMap((provider): [string, Provider, number, object][] =>
      ([400, 401, 403, 404, 422, 500, 503] as const).map((status) => [`error-${status}`, provider, status, {}]),
    ),
  ];

  it.each(cases)('%s at %s answers %i and bills nothing', async (word, provider, status, body) => {
    const response = await submit(provider, `a fox sim:${word}`);
    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({})]);
    const again = await (await submit(provider, `a fox sim:${word}`)).json();
    expect(again).toMatchObject(body);
    expect(await readLedger()).toEqual([]);
  });

  it.each(providers)('rate-limited-retry-after at %s says when, rate-limited does not', async (provider) => {
    expect((await submit(provider, 'a fox sim:rate-limited-retry-after=7')).headers.get('retry-after')).toBe('7');
    expect((await submit(provider, 'a fox sim:rate-limited')).headers.get('retry-after')).toBeNull();
  });

  it.each(providers)('error-502 and error-504 at %s need not be JSON', async (provider) => {
    expect((await submit(provider, 'a fox sim:error-502')).status).toBe(502);
    expect((await submit(provider, 'a fox sim:error-504')).status).toBe(504);
  });

  it.each(providers)('a word that means nothing is refused by %s', async (provider) => {
    const response = await submit(provider, 'a fox sim:fial');
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).toContain('fial');
  });
});

describe('lost and broken answers', () => {
  it.each(providers)('reset at %s is accepted and billed, reset-before is not', async (provider) => {
    await expect(submit(provider, 'a fox sim:reset-before')).rejects.toThrow('fetch failed');
    expect(await readLedger()).toEqual([]);
    await expect(submit(provider, 'a fox sim:reset')).rejects.toThrow('fetch failed');
    await expect.poll(readLedger, { interval: 2 }).toMatchObject([{ provider, outcome: 'succeeded', billed: true }]);
  });

  it.each(providers)('corrupt-json at %s is accepted but cannot be read', async (provider) => {
    const response = await submit(provider, 'a fox sim:corrupt-json');
    await expect(response.json()).rejects.toBeInstanceOf(SyntaxError);
    expect(await readLedger()).toHaveLength(1);
  });

  it('corrupt-result leaves the submission whole and breaks what comes of it', async () => {
    await expect((await falOutcome('a fox sim:corrupt-result')).result.json()).rejects.toBeInstanceOf(SyntaxError);
    const { urls } = (await (await submit('replicate', 'a fox sim:corrupt-result')).json()) as { urls: { get: string } };
    await expect((await fetch(urls.get, { headers: { authorization: doors.replicate.key } })).json()).rejects.toBeInstanceOf(SyntaxError);
  });

  it.each(providers)('slow at %s takes its time and is whole in the end', async (provider) => {
    const startedAtMs = performance.now();
    const response = await submit(provider, 'a fox sim:slow=120');
    expect(await response.json()).toBeTypeOf('object');
    expect(performance.now() - startedAtMs).toBeGreaterThan(100);
  });

  it.each(providers)('never at %s stays running', async (provider) => {
    const signal = AbortSignal.timeout(100);
    await submit(provider, 'a fox sim:never', { signal }).catch(() => undefined);
    expect(await readLedger()).toMatchObject([{ provider, outcome: 'running', billed: false }]);
  });

  it('status-500 fails two looks at a request, then lets it be seen', async () => {
    const statusUrl = await falStatusUrl('a fox sim:status-500');
    const looks = [];
    for (let look = 0; look < 3; look += 1) looks.push((await fetch(statusUrl, falHeaders)).status);
    expect(looks).toEqual([500, 500, 200]);
  });
});

describe('bad endings', () => {
  it('fail and runner-error at fal are COMPLETED with an error, and the result has its status', async () => {
    const failed = await falOutcome('a fox sim:fail');
    expect([failed.status.error_type, failed.result.status]).toEqual(['internal_error', 500]);
    const lost = await falOutcome('a fox sim:runner-error');
    expect([lost.status.error_type, lost.result.status, lost.result.headers.get('x-fal-error-type')]).toEqual([
      'runner_disconnected',
      503,
      'runner_disconnected',
    ]);
    expect(await readLedger()).toMatchObject([
      { outcome: 'failed', billed: false },
      { outcome: 'failed', billed: false },
    ]);
  });

  it('content-policy at fal is a 422 result', async () => {
    const { result } = await falOutcome('a fox sim:content-policy');
    expect([result.status, await result.json()]).toEqual([
      422,
      { detail: [expect.objectContaining({ type: 'content_policy_violation' })] },
    ]);
  });

  it.each([
    ['fail', 'failed', 'CUDA out of memory'],
    ['moderation', 'failed', expect.stringContaining('NSFW')],
    ['content-policy', 'failed', expect.stringContaining('E005')],
    ['aborted', 'aborted', null],
  ])('%s at Replicate ends %s', async (word, status, error) => {
    expect(await (await submit('replicate', `a fox sim:${word}`)).json()).toMatchObject({ status, error, output: null });
  });

  it('fail at OpenAI is 500, content-policy a late moderation block', async () => {
    expect((await submit('openai', 'a fox sim:fail')).status).toBe(500);
    const blocked = await submit('openai', 'a fox sim:content-policy');
    expect(await blocked.json()).toMatchObject({
      error: { code: 'moderation_blocked', moderation_details: { moderation_stage: 'output' } },
    });
    expect(await readLedger()).toMatchObject([{ outcome: 'failed' }, { outcome: 'failed' }]);
  });

  it('fewer hands out, and bills, one picture less', async () => {
    const { result } = await falOutcome('a fox sim:fewer', 3);
    expect((await result.json()) as object).toMatchObject({ images: { length: 2 }, has_nsfw_concepts: [false, false] });
    expect(((await (await submit('replicate', 'a fox sim:fewer', { count: 3 })).json()) as { output: string[] }).output).toHaveLength(2);
    expect(((await (await submit('openai', 'a fox sim:fewer', { count: 2 })).json()) as { data: object[] }).data).toHaveLength(1);
    expect((await readLedger()).map(({ price_usd: price }) => price)).toEqual([0.07, 0.064, expect.closeTo(0.0059, 3)]);
  });
});

describe('pictures', () => {
  async function falFile(prompt: string): Promise<Response> {
    const { result } = await falOutcome(prompt);
    return fetch(((await result.json()) as { images: { url: string }[] }).images[0]!.url);
  }

  it('moderation at fal hands out black and says so', async () => {
    const { result } = await falOutcome('a fox sim:moderation');
    const output = (await result.json()) as { images: { url: string }[]; has_nsfw_concepts: boolean[] };
    expect(output.has_nsfw_concepts).toEqual([true]);
    const { channels } = await sharp(await (await fetch(output.images[0]!.url)).arrayBuffer()).stats();
    expect(Math.max(...channels.map(({ max }) => max))).toBe(0);
  });

  it.each(['truncated-image', 'corrupt-image'])('%s cannot be decoded', async (word) => {
    const bytes = await (await falFile(`a fox sim:${word}`)).arrayBuffer();
    await expect(sharp(bytes, { failOn: 'warning' }).raw().toBuffer()).rejects.toThrow();
    const answer = (await (await submit('openai', `a fox sim:${word}`)).json()) as { data: { b64_json: string }[] };
    await expect(sharp(Buffer.from(answer.data[0]!.b64_json, 'base64'), { failOn: 'warning' }).raw().toBuffer()).rejects.toThrow();
  });

  it('wrong-mime is a page, missing-image nothing', async () => {
    expect((await falFile('a fox sim:wrong-mime')).headers.get('content-type')).toBe('text/html');
    expect((await falFile('a fox sim:missing-image')).status).toBe(404);
    expect(await (await submit('openai', 'a fox sim:missing-image')).json()).toMatchObject({ data: [{}] });
  });
});

describe('the script', () => {
  it('once has one turn', async () => {
    expect((await submit('openai', 'a fox sim:once sim:error-503')).status).toBe(503);
    expect((await submit('openai', 'a fox sim:once sim:error-503')).status).toBe(200);
  });

  it('stands until its number of requests is over', async () => {
    expect((await sim('PUT', '/sim/scenario', { words: ['error-500'], provider: 'replicate', times: 1 })).status).toBe(200);
    expect(await (await sim('GET', '/sim/scenario')).json()).toEqual({
      scenario: { words: ['error-500'], provider: 'replicate', times: 1 },
    });
    expect((await submit('fal', 'a fox')).status).toBe(200);
    expect([(await submit('replicate', 'a fox')).status, (await submit('replicate', 'a fox')).status]).toEqual([500, 201]);
  });

  it('says what is wrong with itself', async () => {
    const response = await sim('PUT', '/sim/scenario', { words: ['latency'], provider: 'nobody' });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: string };
    expect(error).toContain('"latency" needs a number');
    expect(error).toContain('provider');
  });

  it('overrides the latency', async () => {
    const statusUrl = await falStatusUrl('a fox sim:latency=60000 sim:queue=5');
    expect(await (await fetch(statusUrl, falHeaders)).json()).toMatchObject({ status: 'IN_QUEUE', queue_position: 5 });
  });
});

describe('the ledger', () => {
  it('shows each accepted request with its price, in order, without bulk', async () => {
    await submit('replicate', 'first');
    await submit('openai', 'second');
    const image = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const client = new OpenAI({ apiKey: 'x', baseURL: `${simulator.url}/openai/v1`, maxRetries: 0 });
    await client.images.edit({
      model: 'gpt-image-2',
      prompt: 'third',
      quality: 'low',
      image: new File([new Uint8Array(image)], 'x.png', { type: 'image/png' }),
    });
    const entries = await readLedger();
    expect(entries.map(({ prompt }) => prompt)).toEqual(['first', 'second', 'third']);
    expect(entries[0]).toEqual({
      provider: 'replicate',
      model: 'black-forest-labs/flux-dev-lora',
      provider_request_id: expect.any(String),
      prompt: 'first',
      input: { prompt: 'first', num_outputs: 1, output_format: 'jpg' },
      accepted_at: expect.any(String),
      finished_at: expect.any(String),
      outcome: 'succeeded',
      billed: true,
      price_usd: 0.032,
    });
    expect(entries[2]).toMatchObject({ input: { image: [expect.stringMatching(/^sha256:[0-9a-f]{16}$/)] } });
    await sim('DELETE', '/sim/ledger');
    expect(await readLedger()).toEqual([]);
  });
});
