import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@imagegen/embedded/free-port';
import { startNats } from '@imagegen/embedded/nats';
import { startPostgres } from '@imagegen/embedded/postgres';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readToEnd } from '../src/event-stream.ts';
import { type RestAccepted, submit, uniquePrompt, untilEnded } from '../src/generate.ts';
import { type ErrorAnswer, type HttpDoor, openDoor } from '../src/http-door.ts';
import { purchasesOf } from '../src/ledger.ts';
import { callProcedure } from '../src/procedure.ts';
import { type RunningSystem, startRunningSystem } from '../src/running-system.ts';

type Readiness = { status: string; checks: Record<string, string> };

/** A server that can be away and come back to the same address with the same data. */
type Outage = { readonly url: string; down(): Promise<void>; up(): Promise<void> };

const undo = new AsyncDisposableStack();
let nats: Outage;
let postgres: Outage;
let system: RunningSystem;
let door: HttpDoor;
let dataDir: string;
let pids: Record<string, number | undefined>;

async function withOutages(start: () => Promise<AsyncDisposable & { readonly url: string }>): Promise<Outage> {
  let server: Awaited<ReturnType<typeof start>> | undefined = await start();
  const { url } = server;
  const outage: Outage = {
    url,
    async down() {
      await server?.[Symbol.asyncDispose]();
      server = undefined;
    },
    async up() {
      server ??= await start();
    },
  };
  undo.defer(outage.down);
  return outage;
}

beforeAll(async () => {
  dataDir = undo.use(await temporaryFolder()).path;
  const [natsPort, postgresPort] = [await freePort(), await freePort()];
  [nats, postgres] = await Promise.all([
    withOutages(() => startNats({ dataDir, port: natsPort })),
    withOutages(() => startPostgres({ dataDir, port: postgresPort })),
  ]);
  system = undo.use(await startRunningSystem({ NATS_URL: nats.url, DATABASE_URL: postgres.url }));
  door = openDoor(system.gatewayUrl);
  pids = pidsOf(system);
});
afterAll(() => undo.disposeAsync());

function pidsOf({ processes }: RunningSystem) {
  return Object.fromEntries(Object.values(processes).map(({ name, pid }) => [name, pid]));
}

/** Well again, and no process has ended because something it needs was away. */
async function expectRecovered(): Promise<void> {
  await expect.poll(async () => (await door.get<Readiness>('/readyz')).status, { timeout: 20_000, interval: 50 }).toBe(200);
  expect(pidsOf(system)).toEqual(pids);
}

const routes = ['flux/standard', 'replicate/generate', 'openai/generate'];

async function submitOneEach(words: string): Promise<{ prompt: string; request_id: string }[]> {
  return Promise.all(
    routes.map(async (route) => {
      const prompt = uniquePrompt(words);
      return { prompt, request_id: (await submit(door, route, { prompt })).request_id };
    }),
  );
}

test('without NATS generations are accepted, and complete when it is back, even with an empty store', async () => {
  const underWay = await submitOneEach('a fox sim:latency=1500');
  const heard = underWay.map(({ request_id }) => readToEnd(door, { id: request_id }));
  await nats.down();
  const { status, body } = await door.get<Readiness>('/readyz');
  expect([status, body]).toEqual([503, { status: 'unready', checks: { postgres: 'ok', nats: 'failing', vault: 'ok' } }]);
  const accepted = await submitOneEach('a fox');
  await rm(join(dataDir, 'nats', 'jetstream'), { recursive: true });
  await nats.up();
  for (const { prompt, request_id } of [...underWay, ...accepted]) {
    expect(await untilEnded(door, request_id, 45_000)).toMatchObject({ status: 'completed' });
    expect(await purchasesOf(system.simulatorUrl, prompt)).toHaveLength(1);
  }
  for (const events of await Promise.all(heard)) {
    expect(events.map(({ data }) => data.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)?.data.status).toBe('completed');
  }
  await expectRecovered();
});

test('without Postgres nothing is accepted, and every answer says when to come back', async () => {
  const [underWay] = await submitOneEach('a fox sim:latency=1500');
  const input = { prompt: uniquePrompt(), idempotency_key: uniquePrompt('key') };
  await postgres.down();
  try {
    const health = await door.get('/healthz');
    expect(health.status).toBe(200);
    const { status, body } = await door.get<Readiness>('/readyz');
    expect([status, body.checks.postgres, body.checks.nats]).toEqual([503, 'failing', 'ok']);
    const answers = await Promise.all([
      door.post<ErrorAnswer>('/api:v2/smart/generate', input),
      door.get<ErrorAnswer>(`/api:v2/status/check?request_id=${underWay!.request_id}`),
    ]);
    for (const answer of answers) {
      expect([answer.status, answer.body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(JSON.stringify(answer.body)).not.toMatch(/ECONN|postgres|pool/i);
    }
    const called = await callProcedure(door, 'smart.generate', input);
    expect([called.status, called.body.error?.data.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(Number(called.headers.get('retry-after'))).toBeGreaterThan(0);
  } finally {
    await postgres.up();
  }
  await expectRecovered();
  const again = await door.post<RestAccepted>('/api:v2/smart/generate', input);
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, null]);
  expect(await untilEnded(door, again.body.request_id)).toMatchObject({ status: 'completed' });
  expect(await purchasesOf(system.simulatorUrl, input.prompt)).toHaveLength(1);
  expect(await untilEnded(door, underWay!.request_id, 45_000)).toMatchObject({ status: 'completed' });
  expect(await purchasesOf(system.simulatorUrl, underWay!.prompt)).toHaveLength(1);
});
