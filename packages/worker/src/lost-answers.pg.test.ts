import { storeCallback } from '@imagegen/db/queries/webhook-inbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProviderOutput } from './provider-adapter.ts';
import { answerLost, inTurn, rateLimited, scriptedAdapter, submitted } from './scripted-adapter.fixture.ts';
import {
  accept,
  ageAttempts,
  aWorker,
  look,
  makeDue,
  onePicture,
  openWorkshop,
  run,
  runToTheEnd,
  type Workshop,
} from './workshop.fixture.ts';

let workshop: Workshop;
let output: ProviderOutput;
beforeAll(async () => {
  workshop = await openWorkshop();
  output = await onePicture();
});
afterAll(() => workshop[Symbol.asyncDispose]());

const lost = () => inTurn(answerLost());
/** A callback about this submission; the token is the attempt's. */
const webhook = (providerRequestId: string) => ({ provider: 'fal', webhookId: providerRequestId, providerRequestId }) as const;
const unknown = {
  status: 'failed',
  credits_used: '0.0000',
  error: { code: 'OUTCOME_UNKNOWN' },
  attempts: [{ state: 'unknown', cost_micros: 0 }],
};

test('an answer that is lost ends the generation, uncharged, where nothing can be known', async () => {
  const adapter = scriptedAdapter(output, { submit: lost() });
  const id = await accept(workshop);
  await run(aWorker(workshop, adapter), id);
  expect(await look(workshop.db, id)).toMatchObject(unknown);
  expect(adapter.submits).toHaveLength(1);
});

describe('a provider that calls back', () => {
  const callbackBaseUrl = 'https://hooks.example.com';

  test('is waited for, and its callback is adopted instead of paying again', async () => {
    const { db } = workshop;
    const adapter = scriptedAdapter(output, { submit: lost(), onUnknown: 'await-callback' });
    const context = aWorker(workshop, adapter, { callbackBaseUrl });
    const id = await accept(workshop);
    await run(context, id);
    const waiting = await look(db, id);
    expect(waiting).toMatchObject({ status: 'processing', tries: 0, lease_owner: null, attempts: [{ state: 'unknown' }] });

    await storeCallback(db, { ...webhook('called-back'), callbackToken: waiting.attempts[0]!.callback_token });
    await run(context, id);
    expect(await look(db, id)).toMatchObject({
      status: 'completed',
      attempts: [{ state: 'succeeded', provider_request_id: 'called-back' }],
    });
    expect(adapter.submits).toHaveLength(1);
    expect(adapter.checked).toEqual(['called-back']);
  });

  test('and does not in time is not asked again: the generation ends, uncharged', async () => {
    const { db } = workshop;
    const adapter = scriptedAdapter(output, { submit: lost(), onUnknown: 'await-callback' });
    const context = aWorker(workshop, adapter, { callbackBaseUrl });
    const id = await accept(workshop);
    for (let round = 0; round < 3; round += 1) {
      await makeDue(db, id);
      await run(context, id);
      await ageAttempts(db, id, 46_000);
    }
    expect(adapter.submits).toHaveLength(1);
    expect(await look(db, id)).toMatchObject({ ...unknown, tries: 0 });
  });

  test('is not waited for when it cannot reach us', async () => {
    const adapter = scriptedAdapter(output, { submit: lost(), onUnknown: 'await-callback' });
    const id = await accept(workshop);
    await run(aWorker(workshop, adapter), id);
    expect(await look(workshop.db, id)).toMatchObject(unknown);
  });

  test('while one call waits, the others keep their ends: nothing is bought twice and nothing hangs', async () => {
    const { db } = workshop;
    const answers: Record<string, () => Promise<typeof submitted>> = {
      'endpoint-0': lost(),
      'endpoint-1': inTurn(rateLimited(), submitted),
      'endpoint-2': inTurn(submitted),
    };
    const adapter = scriptedAdapter(output, { submit: ({ call }) => answers[call.endpoint]!(), onUnknown: 'await-callback' });
    const context = aWorker(workshop, adapter, { callbackBaseUrl });
    const id = await accept(workshop, 3);
    await run(context, id);
    await makeDue(db, id);
    await run(context, id);
    const waiting = await look(db, id);
    expect(waiting).toMatchObject({ status: 'processing', lease_owner: null, tries: 0 });
    await storeCallback(db, { ...webhook('called-back-late'), callbackToken: waiting.attempts[0]!.callback_token });
    await runToTheEnd(context, id);
    expect(await look(db, id)).toMatchObject({ status: 'completed', images: [{}, {}, {}] });
    expect(adapter.submits.map(({ call }) => call.endpoint).toSorted()).toEqual(['endpoint-0', 'endpoint-1', 'endpoint-1', 'endpoint-2']);
  });
});

describe('a provider that can be asked', () => {
  test('names the submission, which is followed instead of paying again', async () => {
    const found = { providerRequestId: 'found', urls: { get: 'https://x' }, endpoint: 'endpoint-0' };
    const adapter = scriptedAdapter(output, { submit: lost(), find: async () => found });
    const id = await accept(workshop);
    await run(aWorker(workshop, adapter), id);
    expect(await look(workshop.db, id)).toMatchObject({
      status: 'completed',
      attempts: [{ state: 'succeeded', provider_request_id: 'found', provider_urls: { get: 'https://x' } }],
    });
    expect(adapter.submits).toHaveLength(1);
  });

  test('has never heard of it: believed after some seconds, then it is bought', async () => {
    const { db } = workshop;
    const adapter = scriptedAdapter(output, { submit: inTurn(answerLost(), submitted), find: async () => null });
    const context = aWorker(workshop, adapter);
    const id = await accept(workshop);
    await run(context, id);
    await makeDue(db, id);
    await run(context, id);
    expect(await look(db, id)).toMatchObject({ status: 'processing', tries: 0, attempts: [{ state: 'unknown' }] });
    expect(adapter.submits).toHaveLength(1);
    await ageAttempts(db, id, 10_000);
    await runToTheEnd(context, id);
    expect(await look(db, id)).toMatchObject({ status: 'completed', attempts: [{ state: 'failed' }, { state: 'succeeded', try: 2 }] });
    expect(adapter.submits).toHaveLength(2);
  });

  test('never hears of it: three tries are all there are', async () => {
    const { db } = workshop;
    const adapter = scriptedAdapter(output, { submit: lost(), find: async () => null });
    const context = aWorker(workshop, adapter);
    const id = await accept(workshop);
    for (let round = 0; round < 8; round += 1) {
      await makeDue(db, id);
      await run(context, id);
      await ageAttempts(db, id, 10_000);
    }
    expect(adapter.submits).toHaveLength(3);
    expect(await look(db, id)).toMatchObject({ status: 'failed', error: { code: 'PROVIDER_ERROR' } });
  });

  test('does not answer either: asked again later', async () => {
    const adapter = scriptedAdapter(output, { submit: lost(), find: inTurn(answerLost()) });
    const id = await accept(workshop);
    await run(aWorker(workshop, adapter), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'processing', tries: 0, lease_owner: null });
  });

  test('cannot tell: nothing is known', async () => {
    const adapter = scriptedAdapter(output, { submit: lost(), find: async () => undefined });
    const id = await accept(workshop);
    await run(aWorker(workshop, adapter), id);
    expect(await look(workshop.db, id)).toMatchObject(unknown);
  });
});
