import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDriver, type Driver, falHeaders, type Provider, providers } from './drive-simulator.ts';
import { type Simulator, startSimulator } from './simulator.ts';

let simulator: Simulator;
let driver: Driver;

beforeAll(async () => {
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, latency: { minMs: 0, maxMs: 0 }, logLevel: 'silent' });
  driver = createDriver(simulator.url);
});

afterAll(() => simulator[Symbol.asyncDispose]());

beforeEach(() => driver.reset());

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
    const response = await driver.submit(provider, `a fox sim:${word}`);
    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({})]);
    const again = await (await driver.submit(provider, `a fox sim:${word}`)).json();
    expect(again).toMatchObject(body);
    expect(await driver.readLedger()).toEqual([]);
  });

  it.each(providers)('rate-limited-retry-after at %s says when, rate-limited does not', async (provider) => {
    expect((await driver.submit(provider, 'a fox sim:rate-limited-retry-after=7')).headers.get('retry-after')).toBe('7');
    expect((await driver.submit(provider, 'a fox sim:rate-limited')).headers.get('retry-after')).toBeNull();
  });

  it.each(providers)('error-502 and error-504 at %s need not be JSON', async (provider) => {
    expect((await driver.submit(provider, 'a fox sim:error-502')).status).toBe(502);
    expect((await driver.submit(provider, 'a fox sim:error-504')).status).toBe(504);
  });

  it.each(providers)('a word that means nothing is refused by %s', async (provider) => {
    const response = await driver.submit(provider, 'a fox sim:fial');
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).toContain('fial');
  });
});

describe('lost and broken answers', () => {
  it.each(providers)('reset at %s is accepted and billed, reset-before is not', async (provider) => {
    await expect(driver.submit(provider, 'a fox sim:reset-before')).rejects.toThrow('fetch failed');
    expect(await driver.readLedger()).toEqual([]);
    await expect(driver.submit(provider, 'a fox sim:reset')).rejects.toThrow('fetch failed');
    await expect.poll(driver.readLedger, { interval: 2 }).toMatchObject([{ provider, outcome: 'succeeded', billed: true }]);
  });

  it.each(providers)('corrupt-json at %s is accepted but cannot be read', async (provider) => {
    const response = await driver.submit(provider, 'a fox sim:corrupt-json');
    await expect(response.json()).rejects.toBeInstanceOf(SyntaxError);
    expect(await driver.readLedger()).toHaveLength(1);
  });

  it('corrupt-result leaves the submission whole and breaks what comes of it', async () => {
    await expect((await driver.falOutcome('a fox sim:corrupt-result')).result.json()).rejects.toBeInstanceOf(SyntaxError);
    const { urls } = (await (await driver.submit('replicate', 'a fox sim:corrupt-result')).json()) as { urls: { get: string } };
    await expect((await fetch(urls.get, { headers: { authorization: 'Bearer x' } })).json()).rejects.toBeInstanceOf(SyntaxError);
  });

  it.each(providers)('slow and reset at %s is cut in the middle of its answer, accepted and billed', async (provider) => {
    const response = await driver.submit(provider, 'a fox sim:slow=40 sim:reset');
    expect(response.ok).toBe(true);
    await expect(response.text()).rejects.toThrow('terminated');
    await expect.poll(async () => (await driver.readLedger()).map(({ billed }) => billed), { interval: 2 }).toEqual([true]);
  });

  it.each(providers)('slow at %s takes its time and is whole in the end', async (provider) => {
    const startedAtMs = performance.now();
    const response = await driver.submit(provider, 'a fox sim:slow=120');
    expect(await response.json()).toBeTypeOf('object');
    expect(performance.now() - startedAtMs).toBeGreaterThan(100);
  });

  it.each(providers)('never at %s stays running', async (provider) => {
    const signal = AbortSignal.timeout(100);
    await driver.submit(provider, 'a fox sim:never', { signal }).catch(() => undefined);
    await expect.poll(driver.readLedger, { interval: 2 }).toMatchObject([{ provider, outcome: 'running', billed: false }]);
  });

  it('status-500 fails two looks at a request, then lets it be seen', async () => {
    const statusUrl = await driver.falStatusUrl('a fox sim:status-500');
    const looks = [];
    for (let look = 0; look < 3; look += 1) looks.push((await fetch(statusUrl, falHeaders)).status);
    expect(looks.map((status) => status === 500)).toEqual([true, true, false]);
  });
});

describe('bad endings', () => {
  it('fail and runner-error at fal are COMPLETED with an error, and the result has its status', async () => {
    const failed = await driver.falOutcome('a fox sim:fail');
    expect([failed.status.error_type, failed.result.status]).toEqual(['internal_error', 500]);
    const lost = await driver.falOutcome('a fox sim:runner-error');
    expect([lost.status.error_type, lost.result.status, lost.result.headers.get('x-fal-error-type')]).toEqual([
      'runner_disconnected',
      503,
      'runner_disconnected',
    ]);
    expect(await driver.readLedger()).toMatchObject([
      { outcome: 'failed', billed: false },
      { outcome: 'failed', billed: false },
    ]);
  });

  it('content-policy at fal is a 422 result', async () => {
    const { result } = await driver.falOutcome('a fox sim:content-policy');
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
    expect(await (await driver.submit('replicate', `a fox sim:${word}`)).json()).toMatchObject({ status, error, output: null });
  });

  it('fail at OpenAI is 500, content-policy a late moderation block', async () => {
    expect((await driver.submit('openai', 'a fox sim:fail')).status).toBe(500);
    const blocked = await driver.submit('openai', 'a fox sim:content-policy');
    expect(await blocked.json()).toMatchObject({
      error: { code: 'moderation_blocked', moderation_details: { moderation_stage: 'output' } },
    });
    expect(await driver.readLedger()).toMatchObject([{ outcome: 'failed' }, { outcome: 'failed' }]);
  });

  it('fewer hands out, and bills, one picture less', async () => {
    const { result } = await driver.falOutcome('a fox sim:fewer', 3);
    expect((await result.json()) as object).toMatchObject({ images: { length: 2 }, has_nsfw_concepts: [false, false] });
    expect(
      ((await (await driver.submit('replicate', 'a fox sim:fewer', { count: 3 })).json()) as { output: string[] }).output,
    ).toHaveLength(2);
    expect(((await (await driver.submit('openai', 'a fox sim:fewer', { count: 2 })).json()) as { data: object[] }).data).toHaveLength(1);
    expect((await driver.readLedger()).map(({ price_usd: price }) => price)).toEqual([0.07, 0.064, expect.closeTo(0.0059, 3)]);
  });
});

describe('pictures', () => {
  async function falFile(prompt: string): Promise<Response> {
    const { result } = await driver.falOutcome(prompt);
    return fetch(((await result.json()) as { images: { url: string }[] }).images[0]!.url);
  }

  it('moderation at fal hands out black and says so', async () => {
    const { result } = await driver.falOutcome('a fox sim:moderation');
    const output = (await result.json()) as { images: { url: string }[]; has_nsfw_concepts: boolean[] };
    expect(output.has_nsfw_concepts).toEqual([true]);
    const { channels } = await sharp(await (await fetch(output.images[0]!.url)).arrayBuffer()).stats();
    expect(Math.max(...channels.map(({ max }) => max))).toBe(0);
  });

  it.each(['truncated-image', 'corrupt-image'])('%s cannot be decoded', async (word) => {
    const bytes = await (await falFile(`a fox sim:${word}`)).arrayBuffer();
    await expect(sharp(bytes, { failOn: 'warning' }).raw().toBuffer()).rejects.toThrow();
    const answer = (await (await driver.submit('openai', `a fox sim:${word}`)).json()) as { data: { b64_json: string }[] };
    await expect(sharp(Buffer.from(answer.data[0]!.b64_json, 'base64'), { failOn: 'warning' }).raw().toBuffer()).rejects.toThrow();
  });

  it('wrong-mime is a page, missing-image nothing', async () => {
    expect((await falFile('a fox sim:wrong-mime')).headers.get('content-type')).toBe('text/html');
    expect((await falFile('a fox sim:missing-image')).status).toBe(404);
    expect(await (await driver.submit('openai', 'a fox sim:missing-image')).json()).toMatchObject({ data: [{}] });
  });
});
