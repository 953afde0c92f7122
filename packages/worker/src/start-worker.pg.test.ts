import { publishDurably } from '@imagegen/bus/publish';
import { streams } from '@imagegen/core/messages/subjects';
import type { KeyPresence } from '@imagegen/core/routing/engine-health';
import { listHeartbeats } from '@imagegen/db/queries/heartbeats';
import { freePort } from '@imagegen/embedded/free-port';
import { waitUntil } from '@imagegen/embedded/wait-until';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProviderOutput } from './provider-adapter.ts';
import { type ScriptedAdapter, scriptedAdapter } from './scripted-adapter.fixture.ts';
import { startWorker } from './start-worker.ts';
import { accept, look, onePicture, openWorkshop, type Workshop } from './workshop.fixture.ts';

let workshop: Workshop;
let output: ProviderOutput;
beforeAll(async () => {
  workshop = await openWorkshop();
  output = await onePicture();
});
afterAll(() => workshop[Symbol.asyncDispose]());

let started = 0;

async function start(adapter: ScriptedAdapter, healthPort = 0, key: KeyPresence = 'simulated'): Promise<AsyncDisposable> {
  const { urls } = workshop;
  started += 1;
  const config = {
    databaseUrl: urls.database,
    natsUrl: urls.nats,
    logLevel: 'silent',
    version: 'test',
    breakerMinCalls: 20,
    healthPort: healthPort || (await freePort()),
    concurrency: 4,
    maxRunningPerUser: 100,
    callbackBaseUrl: null,
    vault: { kind: 'disk', dir: urls.vaultDir },
    owner: `worker-${started}`,
  } as const;
  return startWorker(config, adapter, key);
}

let rings = 0;

async function ring(id: string): Promise<void> {
  rings += 1;
  const payload = { v: 1, generation_id: id };
  await publishDurably({ bus: workshop.bus, subject: `generation.requested.fal.${id}`, payload, messageId: `ring-${rings}` });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  expect(await waitUntil(condition, 15_000)).toBe(true);
}

const isCompleted = async (id: string) => (await look(workshop.db, id)).status === 'completed';
const queued = async () => (await workshop.bus.manager.streams.info(streams.work.name)).state.messages;

test('two services share what rings, and every picture is bought once', async () => {
  const adapter = scriptedAdapter(output);
  await using _one = await start(adapter);
  await using _other = await start(adapter);
  const ids = await Promise.all(Array.from({ length: 20 }, () => accept(workshop)));
  await Promise.all(ids.flatMap((id) => [ring(id), ring(id)]));
  await until(async () => (await Promise.all(ids.map(isCompleted))).every(Boolean));
  await until(async () => (await queued()) === 0);
  expect(adapter.submits).toHaveLength(20);
});

test('a service that is told to stop parks its generation at once, and the next one goes on with the same purchase', async () => {
  const first = scriptedAdapter(output, { check: async () => ({ kind: 'running', progress: null }) });
  const id = await accept(workshop);
  const service = await start(first);
  await ring(id);
  await until(async () => first.checked.length > 0);
  const from = performance.now();
  await service[Symbol.asyncDispose]();
  expect(performance.now() - from).toBeLessThan(2_000);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'processing', lease_owner: null, tries: 0 });

  const next = scriptedAdapter(output);
  await using _next = await start(next);
  await ring(id);
  await until(() => isCompleted(id));
  expect([first.submits.length, next.submits.length]).toEqual([1, 0]);
});

test('a service that is told to stop while a paid answer is on its way waits for it', async () => {
  const answer = Promise.withResolvers<void>();
  const adapter = scriptedAdapter(output, {
    submit: async () => {
      await answer.promise;
      return { kind: 'finished', providerRequestId: null, output };
    },
  });
  const id = await accept(workshop);
  const service = await start(adapter);
  await ring(id);
  await until(async () => adapter.submits.length === 1);
  const stopped = service[Symbol.asyncDispose]();
  answer.resolve();
  await stopped;
  expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', images: [{}] });
});

test('says that it is ready when Postgres, JetStream and the vault are', async () => {
  const healthPort = await freePort();
  await using _service = await start(scriptedAdapter(output), healthPort);
  expect((await fetch(`http://127.0.0.1:${healthPort}/readyz`)).status).toBe(200);
});

test('a service says that it lives, and without a key that it has none, and then takes no work', async () => {
  const heartbeats = () => listHeartbeats(workshop.db);
  const adapter = scriptedAdapter(output);
  {
    await using _keyless = await start(adapter, 0, 'missing');
    await until(async () => (await heartbeats()).some(({ key, age_ms }) => key === 'missing' && age_ms < 5_000));
    const id = await accept(workshop);
    await ring(id);
    await using _working = await start(adapter);
    await until(() => isCompleted(id));
    await until(async () => (await heartbeats()).some(({ engines }) => engines.some(({ calls }) => calls > 0)));
    expect((await heartbeats()).find(({ key }) => key === 'missing')).toMatchObject({ provider: 'fal', version: 'test', engines: [] });
  }
  expect(await heartbeats()).toHaveLength(1);
});
