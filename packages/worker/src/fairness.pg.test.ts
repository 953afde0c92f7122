import { setTimeout as latency } from 'node:timers/promises';
import { publishInOrder } from '@imagegen/bus/publish';
import { aGeneration, aUser } from '@imagegen/db/new-generation.fixture';
import { acceptGenerations } from '@imagegen/db/queries/accept-generations';
import { freePort } from '@imagegen/embedded/free-port';
import { waitUntil } from '@imagegen/embedded/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProviderOutput } from './provider-adapter.ts';
import { scriptedAdapter } from './scripted-adapter.fixture.ts';
import { startWorker } from './start-worker.ts';
import { onePicture, openWorkshop, type Workshop } from './workshop.fixture.ts';

let workshop: Workshop;
let output: ProviderOutput;
beforeAll(async () => {
  workshop = await openWorkshop();
  output = await onePicture();
});
afterAll(() => workshop[Symbol.asyncDispose]());

/** Accepts and rings for this many generations of one user. */
async function ask(subject: string, count: number): Promise<string[]> {
  const userId = await aUser(workshop.db, subject);
  const generations = Array.from({ length: count }, () => aGeneration(userId));
  await acceptGenerations(workshop.db, generations);
  await publishInOrder(
    workshop.bus,
    generations.map(({ generation_id, subject: to }) => ({
      subject: to,
      payload: { v: 1, generation_id },
      messageId: `ring-${generation_id}`,
    })),
  );
  return generations.map(({ generation_id }) => generation_id);
}

/** When each was begun, in order, once all of them have been. */
async function begun(ids: readonly string[]): Promise<number[]> {
  const rows = () =>
    workshop.db
      .selectFrom('generation_history_v2')
      .select('started_at')
      .where('generation_id', 'in', ids)
      .where('started_at', 'is not', null)
      .execute();
  expect(await waitUntil(async () => (await rows()).length === ids.length, 100_000)).toBe(true);
  return (await rows()).map((row) => row.started_at?.getTime() ?? Number.NaN).toSorted((a, b) => a - b);
}

/** A provider that takes a while for a picture. */
const slow = () =>
  scriptedAdapter(output, {
    async check() {
      await latency(50);
      return { kind: 'succeeded', output };
    },
  });

async function start(): Promise<AsyncDisposable> {
  const { urls } = workshop;
  const config = {
    databaseUrl: urls.database,
    natsUrl: urls.nats,
    logLevel: 'silent',
    version: 'test',
    breakerMinCalls: 20,
    healthPort: await freePort(),
    concurrency: 16,
    maxRunningPerUser: 5,
    callbackBaseUrl: null,
    vault: { kind: 'disk', dir: urls.vaultDir },
    owner: 'worker',
  } as const;
  return startWorker(config, slow(), 'simulated');
}

/** Told by the order in which things begin and not by a clock, so that a busy machine changes nothing. */
test('whoever asked for many first does not make the others wait: they share the places', async () => {
  const hot = await ask('hot', 300);
  const others = (await Promise.all(Array.from({ length: 12 }, (_, user) => ask(`other:${user}`, 10)))).flat();
  await using _service = await start();
  const last = (await begun(others)).at(-1) ?? Number.NaN;
  const before = await workshop.db
    .selectFrom('generation_history_v2')
    .select('generation_id')
    .where('generation_id', 'in', hot)
    .where('started_at', '<', new Date(last))
    .execute();
  // 5 of 16 places are theirs, so about 5 begin for every 11 of the others.
  expect(before.length).toBeGreaterThan(0);
  expect(before.length).toBeLessThan(others.length * 0.8);
}, 120_000);
