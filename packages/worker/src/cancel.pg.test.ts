import { hearCancels } from '@imagegen/bus/hear-cancels';
import { announce } from '@imagegen/bus/publish';
import { subjects } from '@imagegen/core/messages/subjects';
import { cancelPending } from '@imagegen/db/queries/finish-generation';
import { requestCancel } from '@imagegen/db/queries/mark-generation';
import { waitUntil } from '@imagegen/embedded/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelBell } from './cancel-bell.ts';
import type { ProviderOutput, SubmissionReference } from './provider-adapter.ts';
import { ProviderError } from './provider-error.ts';
import { scriptedAdapter } from './scripted-adapter.fixture.ts';
import { accept, aWorker, look, onePicture, openWorkshop, run, type Workshop } from './workshop.fixture.ts';

let workshop: Workshop;
let output: ProviderOutput;
beforeAll(async () => {
  workshop = await openWorkshop();
  output = await onePicture();
});
afterAll(() => workshop[Symbol.asyncDispose]());

const running = { kind: 'running', progress: null } as const;

/** A provider that never finishes by itself, and remembers what it was asked to stop. */
function endless() {
  const canceled: SubmissionReference[] = [];
  const cancel = async (reference: SubmissionReference) => void canceled.push(reference);
  return { canceled, adapter: scriptedAdapter(output, { check: async () => running, cancel }) };
}

async function requested(id: string): Promise<void> {
  expect(await requestCancel(workshop.db, { userId: workshop.userId, generationId: id })).toBe(true);
}

describe('a generation that is worked on and canceled', () => {
  it('stops at the provider, every call of it, and ends uncharged as soon as the bell rings', async () => {
    const { db, bus } = workshop;
    const { adapter, canceled } = endless();
    const cancelBell = new CancelBell();
    const id = await accept(workshop, 2);
    const working = run(aWorker(workshop, adapter, { cancelBell }), id);
    await using _ = hearCancels({ bus, provider: 'fal', onCancel: (generationId) => cancelBell.ring(generationId) });
    await bus.connection.flush();
    await waitUntil(() => new Set(adapter.checked).size === 2, 5_000);
    await requested(id);
    announce(bus, subjects.cancel('fal', id), { v: 1, generation_id: id });
    await working;
    expect(canceled.map(({ endpoint }) => endpoint).toSorted()).toEqual(['endpoint-0', 'endpoint-1']);
    const ended = await look(db, id);
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'CANCELED' }, credits_used: '0.0000', images: [] });
    expect(ended.attempts).toMatchObject([
      { state: 'failed', error: { code: 'CANCELED' } },
      { state: 'failed', error: { code: 'CANCELED' } },
    ]);
    expect(ended.events.at(-1)).toBe('failed');
  });

  it('ends although the provider cannot be asked', async () => {
    const cancelBell = new CancelBell();
    const cancel = async () => Promise.reject(new ProviderError('unavailable', 'away', { billed: 'unknown' }));
    const adapter = scriptedAdapter(output, { check: async () => running, cancel });
    const id = await accept(workshop);
    const working = run(aWorker(workshop, adapter, { cancelBell }), id);
    await waitUntil(() => adapter.checked.length > 0, 5_000);
    await requested(id);
    cancelBell.ring(id);
    await working;
    expect(await look(workshop.db, id)).toMatchObject({ status: 'failed', error: { code: 'CANCELED' } });
  });

  it('hangs up on a provider that knows no way to cancel', async () => {
    const cancelBell = new CancelBell();
    const adapter = scriptedAdapter(output, {
      submit: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new ProviderError('unavailable', 'hung up', { billed: 'unknown' })));
        }),
    });
    const id = await accept(workshop);
    const working = run(aWorker(workshop, adapter, { cancelBell }), id);
    await waitUntil(() => adapter.submits.length > 0, 5_000);
    await requested(id);
    cancelBell.ring(id);
    await working;
    expect(await look(workshop.db, id)).toMatchObject({ status: 'failed', error: { code: 'CANCELED' }, credits_used: '0.0000' });
  });

  it('buys nothing when its next owner learns of it first', async () => {
    const { adapter } = endless();
    const id = await accept(workshop);
    await workshop.db.updateTable('generation_history_v2').set({ status: 'processing' }).where('generation_id', '=', id).execute();
    await requested(id);
    await run(aWorker(workshop, adapter), id);
    expect(adapter.submits).toEqual([]);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'failed', error: { code: 'CANCELED' }, attempts: [] });
  });

  it('is completed and paid when everything was delivered before', async () => {
    const cancelBell = new CancelBell();
    const adapter = scriptedAdapter(output, {
      check: async () => {
        await requestCancel(workshop.db, { userId: workshop.userId, generationId: id });
        return { kind: 'succeeded', output };
      },
    });
    const id = await accept(workshop);
    await run(aWorker(workshop, adapter, { cancelBell }), id);
    expect(await look(workshop.db, id)).toMatchObject({ status: 'completed', error: null, credits_used: '0.0250' });
    const end = { status: 'failed' as const, error: { code: 'CANCELED', message: '' } };
    expect(await cancelPending(workshop.db, { userId: workshop.userId, generationId: id }, end, 's')).toBeNull();
    expect(await requestCancel(workshop.db, { userId: workshop.userId, generationId: id })).toBe(false);
  });
});
