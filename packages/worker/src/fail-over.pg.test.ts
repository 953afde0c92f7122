import type { Fallback } from '@imagegen/core/routing/plan-fallbacks';
import { beat } from '@imagegen/db/queries/heartbeats';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ProviderOutput } from './provider-adapter.ts';
import { ProviderError } from './provider-error.ts';
import { answerLost, contentRejected, inTurn, rateLimited, scriptedAdapter, submitted } from './scripted-adapter.fixture.ts';
import { accept, aWorker, look, makeDue, onePicture, openWorkshop, run, runToTheEnd, type Workshop } from './workshop.fixture.ts';

let workshop: Workshop;
let output: ProviderOutput;
beforeAll(async () => {
  workshop = await openWorkshop();
  output = await onePicture();
});
beforeEach(() => workshop.db.deleteFrom('provider_heartbeats').execute());
afterAll(() => workshop[Symbol.asyncDispose]());

function fallback(engine: 'replicate' | 'openai' | 'flux-juggernaut'): Fallback {
  const label = engine === 'flux-juggernaut' ? 'fal-juggernaut' : engine;
  const call = { endpoint: engine, body: { prompt: 'a lighthouse' }, images: 1, seed: 7 };
  const actual = { steps: null, cfg_scale: null, width: 64, height: 64 };
  return {
    engine,
    label,
    plan: { calls: [call], actual, transcode: null },
    adjustments: [],
    estimated_cost_micros: 1,
    estimated_time_seconds: 1,
  };
}

const unpinned = (...engines: Parameters<typeof fallback>[0][]) => accept(workshop, 1, { fallbacks: engines.map(fallback) });
const unavailable = () => new ProviderError('unavailable', 'The provider cannot be reached.', { billed: 'no' });
const failing = (error: Error) => scriptedAdapter(output, { submit: () => Promise.reject(error) });
const healthy = (provider: 'replicate' | 'openai') => scriptedAdapter(output, { provider });

test('an engine that fails twice is left, and the next service makes the picture with tries of its own', async () => {
  const id = await unpinned('replicate');
  const fal = failing(unavailable());
  await run(aWorker(workshop, fal), id);
  expect(await look(workshop.db, id)).toMatchObject({ engine: 'flux-standard', tries: 1, events: ['accepted'] });
  await makeDue(workshop.db, id);
  await run(aWorker(workshop, fal), id);
  expect(await look(workshop.db, id)).toMatchObject({
    engine: 'replicate',
    tries: 2,
    tries_elsewhere: 2,
    events: ['accepted', 'failed_over'],
  });

  await makeDue(workshop.db, id);
  await run(aWorker(workshop, fal), id);
  expect(fal.submits).toHaveLength(2);
  const replicate = scriptedAdapter(output, { provider: 'replicate', submit: inTurn(unavailable(), unavailable(), submitted) });
  await runToTheEnd(aWorker(workshop, replicate), id);
  expect(await look(workshop.db, id)).toMatchObject({
    status: 'completed',
    engine: 'replicate',
    provider: 'replicate',
    routing: {
      failovers: [{ from: 'flux-standard', to: 'replicate', reason: 'The provider failed again, or asked to be left alone for long.' }],
    },
    attempts: [
      { engine: 'flux-standard', try: 1, state: 'failed' },
      { engine: 'flux-standard', try: 2, state: 'failed' },
      { engine: 'replicate', try: 3, state: 'failed' },
      { engine: 'replicate', try: 4, state: 'failed' },
      { engine: 'replicate', try: 5, state: 'succeeded' },
    ],
  });
});

test.each([
  ['refuses us for good', () => new ProviderError('insufficient-funds', 'The account is empty.', { billed: 'no' })],
  ['wants to be left alone for long', rateLimited],
])('an engine that %s is left at once', async (_, error) => {
  const id = await unpinned('openai');
  await run(aWorker(workshop, failing(error())), id);
  expect(await look(workshop.db, id)).toMatchObject({ engine: 'openai', status: 'processing' });
  await run(aWorker(workshop, healthy('openai')), id);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', engine: 'openai' });
});

test.each([
  ['a rejected prompt', contentRejected, 'CONTENT_REJECTED'],
  ['a lost answer', answerLost, 'OUTCOME_UNKNOWN'],
])('%s goes nowhere else', async (_, error, code) => {
  const id = await unpinned('replicate');
  await run(aWorker(workshop, failing(error())), id);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'failed', engine: 'flux-standard', error: { code } });
});

test('while the breaker is open nothing is sent: what may move does, what is pinned waits', async () => {
  const fal = failing(unavailable());
  const worker = aWorker(workshop, fal);
  for (let time = 0; time < 20; time += 1) await worker.watches.of('flux-standard').failed(unavailable());
  const [free, pinned] = [await unpinned('replicate'), await unpinned()];
  for (const id of [free, pinned]) await run(worker, id);
  expect(fal.submits).toEqual([]);
  expect(await look(workshop.db, free)).toMatchObject({ engine: 'replicate', attempts: [], tries: 0 });
  const waiting = await look(workshop.db, pinned);
  expect(waiting).toMatchObject({ engine: 'flux-standard', status: 'processing', attempts: [], tries: 0, lease_owner: null });
  expect(waiting.next_attempt_at.getTime()).toBeGreaterThan(Date.now());
});

test('a fallback that is down is passed over; with none left it stays and is tried again', async () => {
  const heartbeat = { version: '1', started_at: new Date().toISOString(), concurrency: 1, running: 0, engines: [] };
  await beat(workshop.db, { provider: 'replicate', instance: 'r', key: 'live', ...heartbeat });
  await workshop.db
    .updateTable('provider_heartbeats')
    .set({ seen_at: new Date(0) })
    .execute();
  const refused = new ProviderError('unauthorized', 'The key is wrong.', { billed: 'no' });
  const [id, stuck] = [await unpinned('replicate', 'openai'), await unpinned('replicate')];
  for (const each of [id, stuck]) await run(aWorker(workshop, failing(refused)), each);
  expect(await look(workshop.db, id)).toMatchObject({ engine: 'openai' });
  expect(await look(workshop.db, stuck)).toMatchObject({ engine: 'flux-standard', status: 'failed', error: { code: 'PROVIDER_REJECTED' } });
});

test('a fallback at the same service is gone on with at once', async () => {
  const id = await unpinned('flux-juggernaut');
  const fal = scriptedAdapter(output, { submit: inTurn(new ProviderError('not-found', 'no such model', { billed: 'no' }), submitted) });
  await run(aWorker(workshop, fal), id);
  expect(fal.submits.map(({ call }) => call.endpoint)).toEqual(['endpoint-0', 'flux-juggernaut']);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', engine: 'flux-juggernaut', provider: 'fal-juggernaut' });
});

test('a result that cannot be read may have been paid: nothing is bought elsewhere', async () => {
  const id = await unpinned('replicate');
  const unreadable = new ProviderError('malformed', 'The provider answered something unusable.', { billed: 'unknown' });
  await run(aWorker(workshop, scriptedAdapter(output, { check: async () => ({ kind: 'failed', error: unreadable }) })), id);
  expect(await look(workshop.db, id)).toMatchObject({
    status: 'failed',
    engine: 'flux-standard',
    error: { code: 'PROVIDER_ERROR' },
    attempts: [{ engine: 'flux-standard', state: 'unknown' }],
  });
});

test('several pictures of which one is there do not move', async () => {
  const id = await accept(workshop, 2, { fallbacks: [fallback('replicate')] });
  const refused = new ProviderError('unauthorized', 'The key is wrong.', { billed: 'no' });
  await runToTheEnd(aWorker(workshop, scriptedAdapter(output, { submit: inTurn(submitted, refused) })), id);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', engine: 'flux-standard' });
});
