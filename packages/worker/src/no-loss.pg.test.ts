import { expireLease } from '@imagegen/db/new-generation.fixture';
import { claimGeneration, mostClaims } from '@imagegen/db/queries/claims';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leaseMs } from './held-lease.ts';
import type { Finished, ProviderOutput } from './provider-adapter.ts';
import { ProviderError } from './provider-error.ts';
import { RetryBudget } from './retry-budget.ts';
import { answerLost, inTurn, rateLimited, scriptedAdapter, submitted } from './scripted-adapter.fixture.ts';
import { accept, aWorker, look, makeDue, onePicture, openWorkshop, run, runToTheEnd, type Workshop } from './workshop.fixture.ts';

let workshop: Workshop;
let output: ProviderOutput;
beforeAll(async () => {
  workshop = await openWorkshop();
  output = await onePicture();
});
afterAll(() => workshop[Symbol.asyncDispose]());

const finished = (): Promise<Finished> => Promise.resolve({ kind: 'finished', providerRequestId: 'req-openai', output });

/** As if it had waited for all of its ten minutes but these. */
async function leave(id: string, seconds: number): Promise<void> {
  const times = { created_at: new Date(Date.now() + (seconds - 600) * 1_000), deadline_at: new Date(Date.now() + seconds * 1_000) };
  await workshop.db.updateTable('generation_history_v2').set(times).where('generation_id', '=', id).execute();
}

describe('a vault that fails', () => {
  function aVault(failures: number): Workshop['vault'] {
    let left = failures;
    return {
      ...workshop.vault,
      async put(...object) {
        left -= 1;
        if (left >= 0) throw new Error('no space left');
        await workshop.vault.put(...object);
      },
    };
  }

  test('is asked again while the only bytes of a paid picture are in memory', async () => {
    const adapter = scriptedAdapter(output, { submit: finished });
    const id = await accept(workshop);
    await run(aWorker(workshop, adapter, { vault: aVault(3) }), id);
    expect(await look(workshop.db, id)).toMatchObject({
      status: 'completed',
      images: [{}],
      attempts: [{ state: 'succeeded', provider_request_id: 'req-openai' }],
    });
    expect(adapter.submits).toHaveLength(1);
  });

  test('until the deadline ends the generation uncharged, and what was paid is kept as a cost', async () => {
    const adapter = scriptedAdapter(output, { submit: finished });
    const id = await accept(workshop, 1, { deadline_seconds: 1 });
    await run(aWorker(workshop, adapter, { vault: aVault(1_000) }), id);
    expect(await look(workshop.db, id)).toMatchObject({
      status: 'failed',
      error: { code: 'DEADLINE_EXCEEDED' },
      credits_used: '0.0000',
      attempts: [{ state: 'failed', cost_micros: 25_000, provider_request_id: 'req-openai' }],
    });
  });

  test('does not keep a process that stops: what the provider still has is fetched by the next one', async () => {
    const stopping = new AbortController();
    const vault: Workshop['vault'] = {
      ...workshop.vault,
      async put() {
        stopping.abort();
        throw new Error('no space left');
      },
    };
    const bytes = output.images[0]?.kind === 'bytes' ? output.images[0].bytes.toString('base64') : '';
    const url = { kind: 'url', url: `data:image/png;base64,${bytes}`, blocked: false } as const;
    const adapter = scriptedAdapter({ ...output, images: [url] });
    const id = await accept(workshop);
    await run(aWorker(workshop, adapter, { vault, stopping: stopping.signal }), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'processing', lease_owner: null, attempts: [{ state: 'submitted' }] });
    await run(aWorker(workshop, adapter), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'completed' });
    expect(adapter.submits).toHaveLength(1);
  });
});

describe('Postgres is away for a moment', () => {
  /** A database whose next statements that begin like this fail. */
  function failing(hint: string, failures: number): Workshop['db'] {
    let left = failures;
    return workshop.db.withPlugin({
      transformQuery({ node }) {
        if (node.kind !== 'RawNode' || !node.sqlFragments[0]?.startsWith(`/* prepare: ${hint} */`) || left === 0) return node;
        left -= 1;
        throw new Error('Connection terminated unexpectedly');
      },
      transformResult: async ({ result }) => result,
    });
  }

  test.for(['record_submitted', 'record_outcome'])('after the payment, at %s: what is known is written when it is back', async (hint) => {
    const adapter = scriptedAdapter(output);
    const id = await accept(workshop);
    await run(aWorker(workshop, adapter, { db: failing(hint, 3) }), id);
    expect(await look(workshop.db, id)).toMatchObject({
      status: 'completed',
      attempts: [{ state: 'succeeded', provider_request_id: 'r1' }],
    });
    expect(adapter.submits).toHaveLength(1);
  });

  test('and the picture of a synchronous provider is not lost', async () => {
    const adapter = scriptedAdapter(output, { submit: finished });
    const id = await accept(workshop);
    await run(aWorker(workshop, adapter, { db: failing('record_outcome', 3) }), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', images: [{}] });
    expect(adapter.submits).toHaveLength(1);
  });
});

test('a known submission whose outcome the provider cannot tell is unknown for good: nothing goes round in circles', async () => {
  const found = { providerRequestId: 'r1', urls: {}, endpoint: 'endpoint-0' };
  const adapter = scriptedAdapter(output, {
    submit: async ({ call }) => {
      if (call.endpoint === 'endpoint-1') throw rateLimited();
      return submitted;
    },
    check: async () => ({ kind: 'failed', error: answerLost() }),
    find: async () => found,
  });
  const id = await accept(workshop, 2);
  await runToTheEnd(aWorker(workshop, adapter), id);
  expect(adapter.checked).toEqual(['r1']);
  const ended = await look(workshop.db, id);
  expect(ended).toMatchObject({ status: 'failed', error: { code: 'OUTCOME_UNKNOWN' }, credits_used: '0.0000' });
  expect(ended.attempts[0]).toMatchObject({ state: 'unknown', provider_request_id: 'r1' });
});

test('what a failed submission is known to have cost is kept', async () => {
  const error = new ProviderError('unavailable', 'out of memory', { billed: 'no', costMicros: 1_400 });
  const adapter = scriptedAdapter(output, { check: inTurn({ kind: 'failed', error } as const) });
  const id = await accept(workshop);
  await run(aWorker(workshop, adapter), id);
  expect(await look(workshop.db, id)).toMatchObject({
    status: 'failed',
    credits_used: '0.0000',
    attempts: [{ state: 'failed', cost_micros: 1_400 }],
  });
});

test('while the budget for repeated submissions is used up, they wait; no try is counted and nothing is sent', async () => {
  const retryBudget = new RetryBudget(() => 0);
  while (retryBudget.take());
  const adapter = scriptedAdapter(output, { submit: inTurn(rateLimited(), submitted) });
  const context = aWorker(workshop, adapter, { retryBudget });
  const id = await accept(workshop);
  for (let round = 0; round < 3; round += 1) {
    await makeDue(workshop.db, id);
    await run(context, id);
  }
  expect(adapter.submits).toHaveLength(1);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'processing', tries: 1, lease_owner: null });
  for (let submission = 0; submission < 11; submission += 1) retryBudget.taken({ repeated: false });
  await runToTheEnd(context, id);
  expect(await look(workshop.db, id)).toMatchObject({ status: 'completed' });
});

describe('time', () => {
  test('with less left than the engine needs nothing is bought', async () => {
    const adapter = scriptedAdapter(output);
    const id = await accept(workshop);
    await leave(id, 14);
    await run(aWorker(workshop, adapter), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'failed', error: { code: 'DEADLINE_EXCEEDED' }, attempts: [] });
    expect(adapter.submits).toEqual([]);
  });

  test('a caller who allows less than that gets a try in the first half of his time', async () => {
    const id = await accept(workshop, 1, { deadline_seconds: 10 });
    await run(aWorker(workshop, scriptedAdapter(output)), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'completed' });
  });

  test('at the deadline the provider is asked to stop', async () => {
    const canceled: string[] = [];
    const adapter = scriptedAdapter(output, {
      check: inTurn({ kind: 'running', progress: null } as const),
      cancel: async ({ providerRequestId }) => void canceled.push(providerRequestId),
    });
    const id = await accept(workshop, 1, { deadline_seconds: 1 });
    await run(aWorker(workshop, adapter), id);
    expect(canceled).toEqual(['r1']);
    expect(await look(workshop.db, id)).toMatchObject({
      error: { code: 'DEADLINE_EXCEEDED' },
      attempts: [{ state: 'failed', error: { code: 'DEADLINE_EXCEEDED' }, provider_request_id: 'r1' }],
    });
  });
});

describe('a generation whose owners keep dying', () => {
  async function die(id: string, times: number): Promise<void> {
    for (let death = 0; death < times; death += 1) {
      expect(await claimGeneration(workshop.db, { generationId: id, owner: `mortal-${death}`, leaseMs })).toMatchObject({
        claims: death + 1,
      });
      await expireLease(workshop.db, id);
    }
  }

  test('is given up after three, uncharged, and nobody works on it again', async () => {
    const adapter = scriptedAdapter(output);
    const id = await accept(workshop);
    await die(id, mostClaims);
    await run(aWorker(workshop, adapter), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'failed', error: { code: 'INTERNAL' }, credits_used: '0.0000' });
    expect(adapter.submits).toEqual([]);
  });

  test('is worked on by the third', async () => {
    const id = await accept(workshop);
    await die(id, mostClaims - 1);
    await run(aWorker(workshop, scriptedAdapter(output)), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'completed' });
  });

  test('counts from the beginning after each sign of progress', async () => {
    const stopping = new AbortController();
    const adapter = scriptedAdapter(output, {
      check: async () => {
        stopping.abort();
        return { kind: 'running', progress: null };
      },
    });
    const id = await accept(workshop);
    await die(id, mostClaims - 1);
    await run(aWorker(workshop, adapter, { stopping: stopping.signal }), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'processing', claims: 0, attempts: [{ state: 'submitted' }] });
  });
});
