import { type Bus, connectBus } from '@imagegen/bus/connect';
import { ensureStreams } from '@imagegen/bus/streams';
import type { ProviderCall } from '@imagegen/core/mapping/provider-plan';
import { createMigratedDatabase } from '@imagegen/db/migrated-database';
import { aGeneration, aUser } from '@imagegen/db/new-generation.fixture';
import type { Database } from '@imagegen/db/open-database';
import { acceptGenerations, type NewGeneration } from '@imagegen/db/queries/accept-generations';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { startTestNats } from '@imagegen/embedded/testing';
import { createLogger } from '@imagegen/runtime/logger';
import { openVault } from '@imagegen/vault/open-vault';
import { picture } from '@imagegen/vault/picture.fixture';
import type { Vault } from '@imagegen/vault/vault';
import { expect } from 'vitest';
import { AdaptiveConcurrency } from './adaptive-concurrency.ts';
import { CallbackBell } from './callback-bell.ts';
import { CancelBell } from './cancel-bell.ts';
import { EngineWatches } from './engine-watches.ts';
import type { ProviderOutput } from './provider-adapter.ts';
import { RetryBudget } from './retry-budget.ts';
import { runGeneration } from './run-generation.ts';
import type { ScriptedAdapter } from './scripted-adapter.fixture.ts';
import type { WorkerContext } from './worker-context.ts';

/** Everything a provider's service stands on, real, with room for scripted providers. */
export type Workshop = AsyncDisposable & {
  db: Database;
  bus: Bus;
  vault: Vault;
  urls: { database: string; nats: string; vaultDir: string };
  userId: number;
};

export async function openWorkshop(): Promise<Workshop> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await temporaryFolder());
  const nats = undo.use(await startTestNats());
  const { db, url } = undo.use(await createMigratedDatabase(20));
  const bus = undo.use(await connectBus({ url: nats.url, name: 'test', logger: createLogger('test', 'silent') }));
  await ensureStreams(bus);
  const vault = await openVault({ kind: 'disk', dir: folder.path });
  const userId = await aUser(db);
  const opened = undo.move();
  const urls = { database: url, nats: nats.url, vaultDir: folder.path };
  return { db, bus, vault, urls, userId, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** What one process of the service works with. */
export function aWorker({ db, bus, vault }: Workshop, adapter: ScriptedAdapter, changes: Partial<WorkerContext> = {}): WorkerContext {
  const logger = createLogger('test', 'silent');
  const stopping = new AbortController().signal;
  const own = {
    owner: 'first',
    maxRunningPerUser: 1_000,
    callbackBaseUrl: null,
    concurrency: new AdaptiveConcurrency(16),
    retryBudget: new RetryBudget(),
    watches: new EngineWatches(20),
    cancelBell: new CancelBell(),
    callbackBell: new CallbackBell(),
    stopping,
  };
  return { db, bus, vault, logger, adapter, ...own, ...changes };
}

/** Accepts a generation of `calls` calls for one picture each; its id. */
export async function accept({ db, userId }: Workshop, calls = 1, changes: Partial<NewGeneration> = {}): Promise<string> {
  const generation = aGeneration(userId, changes);
  const call = (index: number): ProviderCall => ({
    endpoint: `endpoint-${index}`,
    body: { prompt: 'a lighthouse', seed: 42 + index },
    images: 1,
    seed: 42 + index,
  });
  if (!changes.plan) generation.plan.calls = Array.from({ length: calls }, (_, index) => call(index));
  await acceptGenerations(db, [generation]);
  return generation.generation_id;
}

export function run(context: WorkerContext, generationId: string): Promise<void> {
  return runGeneration(context, generationId, () => undefined);
}

/** Makes it due and works on it, as the sweeper's ring would, until it has ended. */
export async function runToTheEnd(context: WorkerContext, generationId: string, mostRuns = 6): Promise<void> {
  for (let count = 0; count < mostRuns; count += 1) {
    await makeDue(context.db, generationId);
    await run(context, generationId);
    if (['completed', 'failed'].includes((await look(context.db, generationId)).status)) return;
  }
  expect.fail(`still not at its end after ${mostRuns} runs`);
}

export async function makeDue(db: Database, generationId: string): Promise<void> {
  await db
    .updateTable('generation_history_v2')
    .set({ next_attempt_at: new Date(0) })
    .where('generation_id', '=', generationId)
    .execute();
}

/** As if this much time had passed since the intents were written. */
export async function ageAttempts(db: Database, generationId: string, ageMs: number): Promise<void> {
  for (const { id, created_at } of (await look(db, generationId)).attempts) {
    const created = { created_at: new Date(created_at.getTime() - ageMs) };
    await db.updateTable('generation_attempts').set(created).where('id', '=', id).execute();
  }
}

/** The generation, its attempts in order, and the types of its events. */
export async function look(db: Database, generationId: string) {
  const generation = await db
    .selectFrom('generation_history_v2')
    .selectAll()
    .where('generation_id', '=', generationId)
    .executeTakeFirstOrThrow();
  const attempts = await db
    .selectFrom('generation_attempts')
    .selectAll()
    .where('generation_id', '=', generationId)
    .orderBy('call')
    .orderBy('try')
    .execute();
  const events = await db
    .selectFrom('generation_events')
    .select(['seq', 'type'])
    .where('generation_id', '=', generationId)
    .orderBy('seq')
    .execute();
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  return { ...generation, attempts, events: events.map(({ type }) => type) };
}

/** One whole 64-pixel picture, as the provider hands it over. */
export async function onePicture(changes: Partial<ProviderOutput> = {}): Promise<ProviderOutput> {
  return { images: [{ kind: 'bytes', bytes: await picture('png', 64), blocked: false }], seed: 7, costMicros: 25_000, ...changes };
}
