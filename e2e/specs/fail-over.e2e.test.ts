import type { GenerationOutput } from '@imagegen/client/procedure-types';
import { freePort } from '@imagegen/embedded/free-port';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generate, type RestAccepted, submit, uniquePrompt, untilEnded } from '../src/generate.ts';
import { type HttpDoor, openDoor } from '../src/http-door.ts';
import { purchasesOf } from '../src/ledger.ts';
import { type RunningSystem, startRunningSystem } from '../src/running-system.ts';

type EnginesView = {
  engines: { engine: string; state: string; reason?: string; processes: { breaker: string }[] }[];
  services: { provider: string; alive: boolean }[];
};

const route = 'smart/generate';

async function stateOf(system: RunningSystem, engine: string): Promise<EnginesView['engines'][number]> {
  const { body } = await openDoor(system.gatewayUrl, 'ig_dev_admin').get<EnginesView>('/api:v2/admin/engines');
  return body.engines.find((each) => each.engine === engine)!;
}

async function submitMany(door: HttpDoor, count: number): Promise<(RestAccepted & { prompt: string })[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const prompt = uniquePrompt();
      return { ...(await submit(door, route, { prompt })), prompt };
    }),
  );
}

/** Everything ended well, at another company, was bought once, and tells where it has been. */
async function expectMovedAway({ simulatorUrl }: RunningSystem, door: HttpDoor, submitted: (RestAccepted & { prompt: string })[]) {
  const outputs = await Promise.all(submitted.map(({ request_id }) => untilEnded(door, request_id, 60_000)));
  expect(outputs.map(({ status }) => status)).toEqual(outputs.map(() => 'completed'));
  for (const [index, { provider_used, engine, routing, adjustments }] of outputs.entries()) {
    expect(provider_used).not.toBe('fal');
    expect(routing.engine).toBe(submitted[index]!.engine);
    expect(routing.failovers?.at(-1)?.to ?? routing.engine).toBe(engine);
    expect(adjustments).toEqual([]);
    const bought = await purchasesOf(simulatorUrl, submitted[index]!.prompt);
    expect(bought.filter(({ billed }) => billed).map(({ provider }) => provider)).toEqual([provider_used]);
  }
  return outputs;
}

describe('a provider that fails', () => {
  let system: RunningSystem;
  let door: HttpDoor;
  beforeAll(async () => {
    system = await startRunningSystem({ BREAKER_MIN_CALLS: '20' });
    door = openDoor(system.gatewayUrl);
  });
  afterAll(() => system[Symbol.asyncDispose]());

  async function makeFal(...words: string[]): Promise<void> {
    const answer = await fetch(`${system.simulatorUrl}/sim/scenario`, {
      method: words.length > 0 ? 'PUT' : 'DELETE',
      ...(words.length > 0 && { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ words, provider: 'fal' }) }),
    });
    expect(answer.ok).toBe(true);
  }

  test('smart generations are made elsewhere; its breaker opens, and closes within half a minute after it recovers', {
    timeout: 120_000,
  }, async () => {
    expect(await generate(door, route, { prompt: uniquePrompt() })).toMatchObject({ engine: 'flux-standard', status: 'completed' });
    await makeFal('error-503');
    const key = uniquePrompt('key');
    const input = { prompt: uniquePrompt() };
    const keyed = await door.post<RestAccepted>(`/api:v2/${route}`, input, { 'idempotency-key': key });
    const submitted = await submitMany(door, 29);
    const outputs = await expectMovedAway(system, door, [...submitted, { ...keyed.body, ...input }]);
    expect(outputs.filter(({ routing }) => routing.failovers).length).toBeGreaterThan(0);

    // Each submission may be the one that the breaker lets through to see how fal is.
    const standardOf = async () => {
      const { engine, routing } = await submit(door, route, { prompt: uniquePrompt() });
      return { chosen: engine, ...routing.considered.find((row) => row.engine === 'flux-standard') };
    };
    await expect.poll(standardOf, { timeout: 20_000, interval: 250 }).toMatchObject({
      chosen: expect.not.stringContaining('flux-standard'),
      ok: false,
      health: 'down',
      reasons: [expect.stringMatching(/^Flux Standard is not available: \d+ of its last \d+ calls failed\.$/)],
    });
    expect((await stateOf(system, 'flux-standard')).processes).toMatchObject([{ breaker: expect.stringMatching(/open/) }]);
    const isEstimatedAvailable = async () => {
      await submit(door, route, { prompt: uniquePrompt() });
      const estimate = await door.post<{ recommendations: { engine: string; available: boolean }[] }>('/api:v2/utils/estimate', input);
      return estimate.body.recommendations.find(({ engine }) => engine === 'flux-standard')?.available;
    };
    await expect.poll(isEstimatedAvailable, { timeout: 20_000, interval: 250 }).toBe(false);

    const replayed = await door.post<RestAccepted>(`/api:v2/${route}`, input, { 'idempotency-key': key });
    expect([replayed.status, replayed.body]).toEqual([202, keyed.body]);
    const moved = outputs.find(({ routing }) => routing.failovers)!;
    const details = await door.get<{ attempts: { engine: string }[] }>(`/api/generations/${moved.generation_id}`);
    expect(new Set(details.body.attempts.map(({ engine }) => engine)).has(moved.engine)).toBe(true);
    const found = await door.get<{ items: GenerationOutput[] }>(`/api:v2/data/history?per_page=100&engine=${moved.engine}`);
    expect(found.body.items.map(({ generation_id }) => generation_id)).toContain(moved.generation_id);

    const prompt = uniquePrompt();
    const pinned = await submit(door, 'flux/standard', { prompt });
    await makeFal();
    const recoveredWithin = performance.now() + 30_000;
    await expect
      .poll(async () => (await generate(door, route, { prompt: uniquePrompt() })).engine, { timeout: 30_000, interval: 500 })
      .toBe('flux-standard');
    expect(performance.now()).toBeLessThan(recoveredWithin);
    expect(await untilEnded(door, pinned.request_id)).toMatchObject({ status: 'completed', engine: 'flux-standard' });
    expect((await purchasesOf(system.simulatorUrl, prompt)).filter(({ billed }) => billed)).toHaveLength(1);
    await expect
      .poll(async () => (await stateOf(system, 'flux-standard')).processes, { timeout: 10_000 })
      .toMatchObject([{ breaker: 'closed' }]);
  });

  test('an account without funds is no reason to fail', async () => {
    await makeFal('quota');
    await expectMovedAway(system, door, await submitMany(door, 5));
    await makeFal();
  });
});

describe('a provider that cannot be reached, and then a service that is gone', () => {
  let system: RunningSystem;
  let door: HttpDoor;
  beforeAll(async () => {
    system = await startRunningSystem({
      FAL_KEY: 'id:secret',
      FAL_QUEUE_URL: `http://127.0.0.1:${await freePort()}`,
    });
    door = openDoor(system.gatewayUrl);
  });
  afterAll(() => system[Symbol.asyncDispose]());

  test('what cannot be sent is made elsewhere', async () => {
    await expectMovedAway(system, door, await submitMany(door, 10));
  });

  test('what a killed service leaves behind moves within half a minute; what is pinned waits, and can be canceled', {
    timeout: 90_000,
  }, async () => {
    const fal = system.processes.fal!;
    fal.kill('SIGKILL');
    await fal.stop();
    const killedAt = performance.now();
    const submitted = await submitMany(door, 20);
    const outputs = await expectMovedAway(system, door, submitted);
    expect(performance.now() - killedAt).toBeLessThan(35_000);
    const reasons = outputs.flatMap(({ routing }) => routing.failovers?.map(({ reason }) => reason) ?? []);
    expect(reasons).toContainEqual(expect.stringMatching(/its service has been silent for \d+ s/));

    expect(await stateOf(system, 'flux-juggernaut')).toMatchObject({ state: 'down', processes: [] });
    const around = await submit(door, route, { prompt: uniquePrompt() });
    expect(around.engine).toBe('replicate');
    const pinned = await submit(door, 'flux/standard', { prompt: uniquePrompt() });
    expect(pinned).toMatchObject({ engine: 'flux-standard', status: 'pending' });
    const canceled = await door.post<GenerationOutput>(`/api/generations/${pinned.generation_id}/cancel`, {});
    expect(canceled.body).toMatchObject({ status: 'failed', error: { code: 'CANCELED' } });
  });
});
