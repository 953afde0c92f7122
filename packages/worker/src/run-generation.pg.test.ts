import { streams } from '@imagegen/core/messages/subjects';
import { inspectImage } from '@imagegen/vault/inspect-image';
import { vaultKey } from '@imagegen/vault/vault';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProviderOutput } from './provider-adapter.ts';
import { ProviderError } from './provider-error.ts';
import { contentRejected, inTurn, rateLimited, scriptedAdapter, submitted } from './scripted-adapter.fixture.ts';
import { accept, aWorker, look, onePicture, openWorkshop, run, runToTheEnd, type Workshop } from './workshop.fixture.ts';

let workshop: Workshop;
let output: ProviderOutput;
beforeAll(async () => {
  workshop = await openWorkshop();
  output = await onePicture();
});
afterAll(() => workshop[Symbol.asyncDispose]());

test('a picture is bought once, kept, charged and announced', async () => {
  const { db, bus, vault, userId } = workshop;
  const adapter = scriptedAdapter(output, {
    check: inTurn({ kind: 'queued', position: 2 }, { kind: 'running', progress: 40 }, { kind: 'succeeded', output }),
  });
  const id = await accept(workshop);
  await run(aWorker(workshop, adapter, { callbackBaseUrl: 'https://hooks.example.com' }), id);

  const ended = await look(db, id);
  expect(ended).toMatchObject({ status: 'completed', credits_used: '0.0250', delivery_adjustments: [], lease_owner: null, progress: 100 });
  expect(ended.events).toEqual(['accepted', 'submitted', 'queued', 'progressed', 'completed']);
  expect(ended.attempts).toMatchObject([{ state: 'succeeded', try: 1, call: 0, seed: 42, provider_request_id: 'r1', cost_micros: 25_000 }]);
  expect(adapter.submits).toHaveLength(1);
  expect(adapter.submits[0]?.callbackUrl).toBe(`https://hooks.example.com/webhooks/fal/${ended.attempts[0]?.callback_token}`);

  const [image] = ended.images;
  expect(image).toMatchObject({ content_type: 'image/png', width: 64, height: 64, seed: 7 });
  for (const name of [image!.sha256, `${image!.sha256}.thumb`]) expect(await vault.has(vaultKey(name))).toBe(true);
  expect(await db.selectFrom('outbox').select('id').where('subject', 'like', `%event%${id}`).execute()).toEqual([]);
  const last = await bus.manager.streams.getMessage(streams.events.name, { last_by_subj: `generation.event.${userId}.${id}` });
  expect(last?.json()).toEqual({ v: 1, generation_id: id, seq: 5, type: 'completed' });
});

test('a provider that answers with the picture itself needs no looking', async () => {
  const adapter = scriptedAdapter(output, { submit: async () => ({ kind: 'finished', providerRequestId: null, output }) });
  const id = await accept(workshop);
  await run(aWorker(workshop, adapter), id);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', attempts: [{ state: 'succeeded' }] });
  expect(adapter.checked).toEqual([]);
});

test('a second ring for a generation that is worked on, or has ended, does nothing', async () => {
  const adapter = scriptedAdapter(output);
  const id = await accept(workshop);
  await Promise.all(Array.from({ length: 5 }, (_, index) => run(aWorker(workshop, adapter, { owner: `w${index}` }), id)));
  const ended = await look(workshop.db, id);
  await run(aWorker(workshop, adapter), id);
  expect(await look(workshop.db, id)).toEqual(ended);
  expect(adapter.submits).toHaveLength(1);
});

test('a format the engine cannot make is made by us', async () => {
  const plan = {
    calls: [{ endpoint: 'e', body: {}, images: 1, seed: null }],
    actual: { steps: null, cfg_scale: null, width: 64, height: 64 },
  };
  const id = await accept(workshop, 1, { plan: { ...plan, transcode: { format: 'webp', quality: 80 } } });
  await run(aWorker(workshop, scriptedAdapter({ ...output, seed: null })), id);
  const { images } = await look(workshop.db, id);
  expect(images).toMatchObject([{ content_type: 'image/webp', seed: null }]);
  const stored = await workshop.vault.open(vaultKey(images[0]!.sha256));
  expect(await inspectImage(Buffer.concat(await stored!.stream.toArray()))).toMatchObject({
    contentType: 'image/webp',
    hasMetadata: false,
  });
});

describe('several calls', () => {
  test('each is bought once, and pictures come in the order of the calls', async () => {
    const adapter = scriptedAdapter({ ...output, seed: null });
    const id = await accept(workshop, 4);
    await run(aWorker(workshop, adapter), id);
    const ended = await look(workshop.db, id);
    expect(ended).toMatchObject({ status: 'completed', credits_used: '0.1000' });
    expect(ended.images.map(({ seed }) => seed)).toEqual([42, 43, 44, 45]);
    expect(adapter.submits.map(({ call }) => call.endpoint).toSorted()).toEqual(['endpoint-0', 'endpoint-1', 'endpoint-2', 'endpoint-3']);
  });

  test('what was delivered is kept and paid for when another one fails', async () => {
    const adapter = scriptedAdapter(output, {
      submit: async ({ call }) => {
        if (call.endpoint === 'endpoint-1') throw contentRejected();
        return { ...submitted, providerRequestId: call.endpoint };
      },
    });
    const id = await accept(workshop, 3);
    await run(aWorker(workshop, adapter), id);
    expect(await look(workshop.db, id)).toMatchObject({
      status: 'completed',
      credits_used: '0.0500',
      images: [{}, {}],
      delivery_adjustments: [{ parameter: 'num_images', asked: 3, used: 2, reason: 'not this' }],
    });
  });

  test('only the call that is worth it is tried again, never the ones that are done or refused for good', async () => {
    const answers: Record<string, () => Promise<typeof submitted>> = {
      'endpoint-0': inTurn(submitted),
      'endpoint-1': inTurn(rateLimited(), submitted),
      'endpoint-2': inTurn(contentRejected()),
    };
    const adapter = scriptedAdapter(output, { submit: ({ call }) => answers[call.endpoint]!() });
    const id = await accept(workshop, 3);
    await runToTheEnd(aWorker(workshop, adapter), id);
    const ended = await look(workshop.db, id);
    expect(adapter.submits.map(({ call }) => call.endpoint).toSorted()).toEqual(['endpoint-0', 'endpoint-1', 'endpoint-1', 'endpoint-2']);
    expect(ended).toMatchObject({ status: 'completed', images: [{}, {}], tries: 1 });
    expect(ended.attempts).toMatchObject([{ state: 'succeeded' }, { state: 'failed' }, { state: 'succeeded' }, { state: 'failed' }]);
  });
});

describe('refusals', () => {
  test('what is known to be unbilled is tried again, not before the provider allows it', async () => {
    const adapter = scriptedAdapter(output, { submit: inTurn(rateLimited(), submitted) });
    const id = await accept(workshop);
    await run(aWorker(workshop, adapter), id);
    const waiting = await look(workshop.db, id);
    expect(waiting).toMatchObject({ status: 'processing', tries: 1, lease_owner: null, lease_until: null });
    expect(waiting.next_attempt_at.getTime() - Date.now()).toBeGreaterThan(19_000);
    await run(aWorker(workshop, adapter), id);
    expect(adapter.submits).toHaveLength(1);
    await runToTheEnd(aWorker(workshop, adapter), id);
    expect(await look(workshop.db, id)).toMatchObject({
      status: 'completed',
      attempts: [
        { state: 'failed', cost_micros: 0 },
        { state: 'succeeded', try: 2 },
      ],
    });
    expect(adapter.submits).toHaveLength(2);
  });

  test('three tries are all there are', async () => {
    const adapter = scriptedAdapter(output, { submit: inTurn(rateLimited()) });
    const id = await accept(workshop);
    await runToTheEnd(aWorker(workshop, adapter), id);
    expect(await look(workshop.db, id)).toMatchObject({
      status: 'failed',
      credits_used: '0.0000',
      error: { code: 'PROVIDER_ERROR', message: 'slow down' },
    });
    expect(adapter.submits).toHaveLength(3);
  });

  test('a refusal for good ends it at once', async () => {
    const adapter = scriptedAdapter(output, { submit: inTurn(contentRejected()) });
    const id = await accept(workshop);
    await run(aWorker(workshop, adapter), id);
    const ended = await look(workshop.db, id);
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'CONTENT_REJECTED' }, images: [] });
    expect(ended.events).toEqual(['accepted', 'failed']);
  });

  test('a submission that fails unbilled at the provider is bought anew', async () => {
    const failed = { kind: 'failed', error: new ProviderError('unavailable', 'out of machines', { billed: 'no' }) } as const;
    const adapter = scriptedAdapter(output, { check: inTurn({ kind: 'running', progress: null }, failed, { kind: 'succeeded', output }) });
    const id = await accept(workshop);
    await runToTheEnd(aWorker(workshop, adapter), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', attempts: [{ state: 'failed' }, { state: 'succeeded' }] });
    expect(adapter.checked).toEqual(['r1', 'r1', 'r2']);
  });

  test('a look that fails says nothing about the picture', async () => {
    const adapter = scriptedAdapter(output, {
      check: inTurn(new ProviderError('unavailable', 'no answer', { billed: 'unknown' }), { kind: 'succeeded', output }),
    });
    const id = await accept(workshop);
    await run(aWorker(workshop, adapter), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'completed' });
    expect(adapter.submits).toHaveLength(1);
  });
});

describe('time', () => {
  test('at the deadline it ends, uncharged', async () => {
    const adapter = scriptedAdapter(output, { check: inTurn({ kind: 'running', progress: null }) });
    const id = await accept(workshop, 1, { deadline_seconds: 1 });
    await run(aWorker(workshop, adapter), id);
    const ended = await look(workshop.db, id);
    expect(ended).toMatchObject({
      status: 'failed',
      credits_used: '0.0000',
      error: { code: 'DEADLINE_EXCEEDED' },
      attempts: [{ provider_request_id: 'r1' }],
    });
    expect(adapter.submits[0]?.signal.aborted).toBe(true);
  });

  test('nothing is bought after the deadline', async () => {
    const adapter = scriptedAdapter(output);
    const id = await accept(workshop, 1, { deadline_seconds: -5 });
    await run(aWorker(workshop, adapter), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'failed', error: { code: 'DEADLINE_EXCEEDED' } });
    expect(adapter.submits).toEqual([]);
  });

  test('a process that stops parks what can be resumed, and the next one goes on with the same purchase', async () => {
    const stopping = new AbortController();
    const adapter = scriptedAdapter(output, {
      check: async () => {
        stopping.abort();
        return { kind: 'running', progress: null };
      },
    });
    const id = await accept(workshop);
    await run(aWorker(workshop, adapter, { stopping: stopping.signal }), id);
    expect(await look(workshop.db, id)).toMatchObject({
      status: 'processing',
      tries: 0,
      lease_owner: null,
      attempts: [{ state: 'submitted' }],
    });

    const next = scriptedAdapter(output);
    await run(aWorker(workshop, next, { owner: 'second' }), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'completed' });
    expect(next.submits).toEqual([]);
    expect(next.checked).toEqual(['r1']);
  });

  test('a process that is stopping buys nothing more', async () => {
    const adapter = scriptedAdapter(output);
    const id = await accept(workshop);
    await run(aWorker(workshop, adapter, { stopping: AbortSignal.abort() }), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'processing', tries: 0, lease_owner: null, attempts: [] });
    expect(adapter.submits).toEqual([]);
  });
});

test('a failure of our own is tried again, and after three times it is an internal error', async () => {
  const adapter = scriptedAdapter(output, { check: inTurn(new TypeError('a bug')) });
  const id = await accept(workshop);
  await runToTheEnd(aWorker(workshop, adapter), id);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'failed', tries: 2, error: { code: 'INTERNAL' } });
  expect(adapter.submits).toHaveLength(1);
});
