import { hearCallbacks } from '@imagegen/bus/hear-callbacks';
import { announce } from '@imagegen/bus/publish';
import { subjects } from '@imagegen/core/messages/subjects';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CallbackBell } from './callback-bell.ts';
import type { ProviderOutput, SubmissionState } from './provider-adapter.ts';
import { ProviderError } from './provider-error.ts';
import { scriptedAdapter, submitted } from './scripted-adapter.fixture.ts';
import { accept, aWorker, look, onePicture, openWorkshop, run, type Workshop } from './workshop.fixture.ts';

let workshop: Workshop;
let output: ProviderOutput;
beforeAll(async () => {
  workshop = await openWorkshop();
  output = await onePicture();
});
afterAll(() => workshop[Symbol.asyncDispose]());

const askMeInAMinute = () => new ProviderError('rate-limited', 'ask in a minute', { billed: 'no', retryAfterMs: 60_000 });

/** A provider that is done from the second look at a submission on, and has asked at the first not to be asked for a minute. */
function slowToTell() {
  const looks = new Map<string, number>();
  const check = async ({ endpoint }: { endpoint: string }): Promise<SubmissionState> => {
    looks.set(endpoint, (looks.get(endpoint) ?? 0) + 1);
    if (looks.get(endpoint) === 1) throw askMeInAMinute();
    return { kind: 'succeeded', output };
  };
  return { looks, adapter: scriptedAdapter(output, { submit: async () => submitted, check }) };
}

test('a ring through the bus has every call of the generation looked at again at once', async () => {
  const { db, bus } = workshop;
  const { looks, adapter } = slowToTell();
  const callbackBell = new CallbackBell();
  await using _ = hearCallbacks({ bus, provider: 'fal', onCallback: (generationId) => callbackBell.ring(generationId) });
  await bus.connection.flush();
  const [id, other] = [await accept(workshop, 2), await accept(workshop)];
  const working = run(aWorker(workshop, adapter, { callbackBell }), id);
  await expect.poll(() => looks.size).toBe(2);
  const from = performance.now();
  announce(bus, subjects.callback('replicate', id), {});
  announce(bus, subjects.callback('fal', other), {});
  announce(bus, subjects.callback('fal', id), {});
  await working;
  expect(performance.now() - from).toBeLessThan(5_000);
  expect(await look(db, id)).toMatchObject({ status: 'completed', images: [{}, {}] });
});

test('a ring says nothing about the result: what is not done goes on', async () => {
  const { db } = workshop;
  const states: SubmissionState[] = [
    { kind: 'queued', position: 3 },
    { kind: 'running', progress: 10 },
    { kind: 'succeeded', output },
  ];
  const adapter = scriptedAdapter(output, { check: async () => states.shift() ?? { kind: 'succeeded', output } });
  const callbackBell = new CallbackBell();
  const id = await accept(workshop);
  const ringing = setInterval(() => callbackBell.ring(id), 1);
  await run(aWorker(workshop, adapter, { callbackBell }), id).finally(() => clearInterval(ringing));
  expect(await look(db, id)).toMatchObject({ status: 'completed', attempts: [{ state: 'succeeded' }] });
  expect(states).toEqual([]);
});
