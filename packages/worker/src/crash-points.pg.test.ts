import { expireLease } from '@imagegen/db/new-generation.fixture';
import { claimGeneration } from '@imagegen/db/queries/claims';
import { storeCallback } from '@imagegen/db/queries/webhook-inbox';
import { waitUntil } from '@imagegen/embedded/wait-until';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { leaseMs } from './held-lease.ts';
import type { Finished, ProviderOutput, SubmissionState, Submitted } from './provider-adapter.ts';
import { sendWithinMs } from './provider-http.ts';
import { answerLost, inTurn, scriptedAdapter, submitted } from './scripted-adapter.fixture.ts';
import { accept, ageAttempts, aWorker, look, onePicture, openWorkshop, run, runToTheEnd, type Workshop } from './workshop.fixture.ts';

/**
 * A process that dies leaves its promises unanswered and its lease to run out; the same as one that is only paused, except that the latter
 * wakes up later. So every test ends with the first owner waking up: then nothing may change any more.
 */
let workshop: Workshop;
let output: ProviderOutput;
beforeAll(async () => {
  workshop = await openWorkshop();
  output = await onePicture();
});
afterAll(() => workshop[Symbol.asyncDispose]());

async function until(id: string, state: string): Promise<void> {
  expect(await waitUntil(async () => (await look(workshop.db, id)).attempts[0]?.state === state, 10_000)).toBe(true);
}

async function expectUnchangedBy(id: string, waking: () => Promise<void>): Promise<void> {
  const ended = await look(workshop.db, id);
  await waking();
  expect(await look(workshop.db, id)).toEqual(ended);
}

test('C5, claimed and nothing more: the next owner buys it', async () => {
  const adapter = scriptedAdapter(output);
  const id = await accept(workshop);
  await claimGeneration(workshop.db, { generationId: id, owner: 'first', leaseMs: 60_000 });
  await expireLease(workshop.db, id);
  await run(aWorker(workshop, adapter, { owner: 'second' }), id);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', lease_epoch: 3 });
  expect(adapter.submits).toHaveLength(1);
});

test('C6, the request may be on the wire: it is not sent again, and the late answer changes nothing but its id', async () => {
  const answer = Promise.withResolvers<Submitted>();
  const first = scriptedAdapter(output, { submit: () => answer.promise });
  const id = await accept(workshop);
  const running = run(aWorker(workshop, first), id);
  await until(id, 'intent');
  await expireLease(workshop.db, id);

  const second = scriptedAdapter(output);
  await run(aWorker(workshop, second, { owner: 'second' }), id);
  const ended = await look(workshop.db, id);
  expect(ended).toMatchObject({ status: 'failed', error: { code: 'OUTCOME_UNKNOWN' }, attempts: [{ state: 'unknown' }] });
  expect([...first.submits, ...second.submits]).toHaveLength(1);

  answer.resolve(submitted);
  await running;
  const { attempts, ...generation } = await look(workshop.db, id);
  expect(attempts).toMatchObject([{ state: 'submitted', provider_request_id: 'r1' }]);
  const { attempts: _, ...before } = ended;
  expect(generation).toEqual(before);
});

test('C6, and the provider says that nothing arrived: it is bought once by the next owner', async () => {
  const answer = Promise.withResolvers<Submitted>();
  const first = scriptedAdapter(output, { submit: () => answer.promise });
  const id = await accept(workshop);
  const running = run(aWorker(workshop, first), id);
  await until(id, 'intent');
  await expireLease(workshop.db, id);
  await ageAttempts(workshop.db, id, 10_000);

  const second = scriptedAdapter(output, { find: async () => null });
  await runToTheEnd(aWorker(workshop, second, { owner: 'second' }), id);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', attempts: [{ state: 'failed' }, { state: 'succeeded' }] });
  expect(second.submits).toHaveLength(1);
  await expectUnchangedBy(id, async () => {
    answer.reject(answerLost());
    await running;
  });
});

test('C6, given up as never arrived, and its id arrives after all: it is kept, and stopped at the provider', async () => {
  const answer = Promise.withResolvers<Submitted>();
  const canceled: string[] = [];
  const first = scriptedAdapter(output, {
    submit: () => answer.promise,
    cancel: async ({ providerRequestId }) => void canceled.push(providerRequestId),
  });
  const id = await accept(workshop);
  const running = run(aWorker(workshop, first), id);
  await until(id, 'intent');
  await expireLease(workshop.db, id);
  await ageAttempts(workshop.db, id, 10_000);
  await runToTheEnd(aWorker(workshop, scriptedAdapter(output, { find: async () => null }), { owner: 'second' }), id);

  answer.resolve({ ...submitted, providerRequestId: 'very-late' });
  await running;
  expect(await look(workshop.db, id)).toMatchObject({
    status: 'completed',
    credits_used: '0.0250',
    attempts: [
      { state: 'failed', provider_request_id: 'very-late' },
      { state: 'succeeded', provider_request_id: 'r1' },
    ],
  });
  expect(canceled).toEqual(['very-late']);
});

test('C7, taken by the provider and its id not stored: the callback brings it', async () => {
  const answer = Promise.withResolvers<Submitted>();
  const callbackBaseUrl = 'https://hooks.example.com';
  const first = scriptedAdapter(output, { submit: () => answer.promise });
  const id = await accept(workshop);
  const running = run(aWorker(workshop, first, { callbackBaseUrl }), id);
  await until(id, 'intent');
  await expireLease(workshop.db, id);

  const token = first.submits[0]!.callbackUrl!.split('/').at(-1)!;
  await storeCallback(workshop.db, { provider: 'fal', webhookId: 'c7', providerRequestId: 'c7', callbackToken: token });
  const second = scriptedAdapter(output);
  await run(aWorker(workshop, second, { owner: 'second', callbackBaseUrl }), id);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', attempts: [{ provider_request_id: 'c7' }] });
  expect(second.submits).toEqual([]);
  await expectUnchangedBy(id, async () => {
    answer.resolve({ ...submitted, providerRequestId: 'c7' });
    await running;
  });
});

test('C8, the id is stored: the next owner follows it', async () => {
  const answer = Promise.withResolvers<SubmissionState>();
  const first = scriptedAdapter(output, { check: () => answer.promise });
  const id = await accept(workshop);
  const running = run(aWorker(workshop, first), id);
  await until(id, 'submitted');
  await expireLease(workshop.db, id);

  const second = scriptedAdapter(output);
  await run(aWorker(workshop, second, { owner: 'second' }), id);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', credits_used: '0.0250', images: [{}] });
  expect(second.submits).toEqual([]);
  expect(second.checked).toEqual(['r1']);
  await expectUnchangedBy(id, async () => {
    answer.resolve({ kind: 'succeeded', output: { ...output, costMicros: 999 } });
    await running;
  });
});

test.for([
  ['C9, the result is known and no byte is stored', false],
  ['C10, the bytes are stored and nobody knows', true],
] as const)('%s: they are brought home again, bought once', async ([, stored]) => {
  const asleep = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const put: Workshop['vault']['put'] = async (...object) => {
    if (stored) await workshop.vault.put(...object);
    reached.resolve();
    await asleep.promise;
    if (!stored) await workshop.vault.put(...object);
  };
  const first = scriptedAdapter(output);
  const id = await accept(workshop);
  const running = run(aWorker(workshop, first, { vault: { ...workshop.vault, put } }), id);
  await reached.promise;
  await expireLease(workshop.db, id);

  const second = scriptedAdapter(output);
  await run(aWorker(workshop, second, { owner: 'second' }), id);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', images: [{}], attempts: [{ state: 'succeeded' }] });
  expect([...first.submits, ...second.submits]).toHaveLength(1);
  await expectUnchangedBy(id, async () => {
    asleep.resolve();
    await running;
  });
});

test('C10, one of two calls is done: only the other one is gone on with', async () => {
  const answer = Promise.withResolvers<SubmissionState>();
  const check = inTurn(answer.promise);
  const first = scriptedAdapter(output, {
    submit: async ({ call }) => ({ ...submitted, providerRequestId: call.endpoint }),
    check: async ({ endpoint }) => (endpoint === 'endpoint-0' ? { kind: 'succeeded', output } : check()),
  });
  const id = await accept(workshop, 2);
  const running = run(aWorker(workshop, first), id);
  await until(id, 'succeeded');
  expect(await waitUntil(async () => (await look(workshop.db, id)).attempts[1]?.state === 'submitted', 10_000)).toBe(true);
  await expireLease(workshop.db, id);

  const second = scriptedAdapter(output);
  await run(aWorker(workshop, second, { owner: 'second' }), id);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', credits_used: '0.0500', images: [{}, {}] });
  expect(second.submits).toEqual([]);
  expect(second.checked).toEqual(['endpoint-1']);
  await expectUnchangedBy(id, async () => {
    answer.resolve({ kind: 'succeeded', output });
    await running;
  });
});

test('C11, at its end and not acknowledged: the redelivery finds nothing to do', async () => {
  const adapter = scriptedAdapter(output);
  const id = await accept(workshop);
  await run(aWorker(workshop, adapter), id);
  await expectUnchangedBy(id, () => run(aWorker(workshop, adapter, { owner: 'second' }), id));
  expect(adapter.submits).toHaveLength(1);
});

test('a synchronous provider whose answer comes after the lease is lost is not paid into the result', async () => {
  const answer = Promise.withResolvers<Finished>();
  const first = scriptedAdapter(output, { submit: () => answer.promise });
  const id = await accept(workshop);
  const running = run(aWorker(workshop, first), id);
  await until(id, 'intent');
  await expireLease(workshop.db, id);
  await run(aWorker(workshop, scriptedAdapter(output), { owner: 'second' }), id);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'failed', error: { code: 'OUTCOME_UNKNOWN' }, credits_used: '0.0000' });
  await expectUnchangedBy(id, async () => {
    answer.resolve({ kind: 'finished', providerRequestId: null, output });
    await running;
  });
});

describe('a process that was paused for longer than its lease', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  test('before its intent writes none, and the next owner buys it', async () => {
    const key = (await look(workshop.db, await aFinishedGeneration())).images[0]!.sha256;
    const calls = [{ endpoint: 'e', body: { image_url: `vault:${key}` }, images: 1, seed: null }];
    const plan = { calls, actual: { steps: null, cfg_scale: null, width: 64, height: 64 }, transcode: null };
    const id = await accept(workshop, 1, { plan });
    const adapter = scriptedAdapter(output);
    const open: Workshop['vault']['open'] = (...wanted) => {
      vi.advanceTimersByTime(leaseMs + 1);
      return workshop.vault.open(...wanted);
    };
    await run(aWorker(workshop, adapter, { vault: { ...workshop.vault, open } }), id);
    expect(adapter.submits).toEqual([]);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'processing', lease_owner: 'first', attempts: [] });
    await expireLease(workshop.db, id);
    await run(aWorker(workshop, adapter, { owner: 'second' }), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', attempts: [{ state: 'succeeded' }] });
  });

  test.for([leaseMs + 1, leaseMs - sendWithinMs + 1])('between intent and POST sends nothing, %i ms', async (pauseMs) => {
    const id = await accept(workshop);
    const adapter = scriptedAdapter(output);
    const pausing: Parameters<Workshop['db']['withPlugin']>[0] = {
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        if (String(result.rows[0]?.id).startsWith('att_')) vi.advanceTimersByTime(pauseMs);
        return result;
      },
    };
    await run(aWorker(workshop, adapter, { db: workshop.db.withPlugin(pausing) }), id);
    expect(adapter.submits).toEqual([]);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'processing', lease_owner: 'first', attempts: [{ state: 'intent' }] });
  });
});

async function aFinishedGeneration(): Promise<string> {
  const id = await accept(workshop);
  await run(aWorker(workshop, scriptedAdapter(output)), id);
  return id;
}
