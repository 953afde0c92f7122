import { createClient } from '@imagegen/client/create-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { submit, uniquePrompt, untilEnded } from '../src/generate.ts';
import { type HttpDoor, openDoor } from '../src/http-door.ts';
import { readLedger } from '../src/ledger.ts';
import { fetchPicture } from '../src/picture.ts';
import { type RunningSystem, startRunningSystem } from '../src/running-system.ts';

const services = ['fal', 'replicate', 'openai'] as const;
const routes = ['flux/standard', 'replicate/generate', 'flux/advanced', 'openai/generate', 'replicate/generate'];
/** Not fal's service together with who takes its webhooks: one that finds nobody cannot be adopted. */
const rounds = [services, [...services, 'nats'], ['gateway', 'postgres'], services];
const perRound = 10;

let system: RunningSystem;
let door: HttpDoor;

beforeAll(async () => {
  system = await startRunningSystem({ SIMULATOR_LATENCY_MS: '500-2000' });
  door = openDoor(system.gatewayUrl);
});
afterAll(() => system[Symbol.asyncDispose]());

/** Kills processes in the middle of their work and waits until all of them are back. */
async function killAll(names: readonly string[]): Promise<void> {
  const processes = names.map((name) => system.processes[name]!);
  const pids = processes.map(({ pid }) => pid);
  for (const process of processes) process.kill('SIGKILL');
  await Promise.all(
    processes.map(async (process, index) => {
      await expect.poll(() => process.pid !== undefined && process.pid !== pids[index], { timeout: 20_000, interval: 20 }).toBe(true);
      await process.ready();
    }),
  );
}

async function submitRound(): Promise<{ prompt: string; request_id: string }[]> {
  return Promise.all(
    Array.from({ length: perRound }, async (_, index) => {
      const prompt = uniquePrompt();
      const { request_id } = await submit(door, routes[index % routes.length]!, { prompt, width: 512, height: 512 });
      return { prompt, request_id };
    }),
  );
}

test('whatever is killed, every generation ends, and nothing is bought twice', {
  timeout: 150_000,
}, async () => {
  const submitted: { prompt: string; request_id: string }[] = [];
  for (const victims of rounds) {
    const round = await submitRound();
    submitted.push(...round);
    const isBought = async () =>
      (await readLedger(system.simulatorUrl)).filter(({ prompt }) => round.some((one) => one.prompt === prompt)).length;
    await expect.poll(isBought, { timeout: 20_000, interval: 20 }).toBe(perRound);
    await killAll(victims);
  }
  const outputs = await Promise.all(submitted.map(({ request_id }) => untilEnded(door, request_id, 110_000)));
  const ledger = await readLedger(system.simulatorUrl);
  const client = createClient({ url: system.gatewayUrl, token: door.key });

  for (const [index, output] of outputs.entries()) {
    const { prompt, request_id } = submitted[index]!;
    const { attempts } = await client.generations.get.query({ id: request_id });
    const story = JSON.stringify({ engine: output.engine, error: output.error, attempts });
    if (output.status === 'completed') {
      const image = output.images[0]!;
      expect((await fetchPicture(image.url)).sha256).toBe(image.sha256);
    } else {
      // Where a lost answer cannot be looked up: at OpenAI never, at fal unless it calls back.
      expect(output.provider_used, story).not.toBe('replicate');
      expect(output.error?.code, story).toBe('OUTCOME_UNKNOWN');
      expect(output.credits_used).toBe(0);
    }
    const purchases = ledger.filter((purchase) => purchase.prompt === prompt).length;
    expect(purchases, story).toBeLessThanOrEqual(1);
    if (output.status === 'completed') expect(purchases, story).toBeGreaterThan(0);
  }
  expect(outputs.filter(({ status }) => status === 'completed').length).toBeGreaterThan(submitted.length / 2);
});
