import { createClient } from '@imagegen/client/create-client';
import type { GenerationOutput } from '@imagegen/client/procedure-types';
import { describe, expect, test } from 'vitest';
import { openEventStream, readToEnd, type StreamedEvent } from '../src/event-stream.ts';
import { submit, uniquePrompt, untilEnded } from '../src/generate.ts';
import { openDoor } from '../src/http-door.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl } = sharedSystem;
const door = openDoor(gatewayUrl);
const slowly = (words = 'sim:queue=4 sim:latency=600') => ({ prompt: uniquePrompt(`a red fox ${words}`) });

/** From `accepted` to the end: no gap, no repeat, no step back. */
function expectWholeLog(events: StreamedEvent[]): void {
  expect(events.map(({ data }) => data.seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.map(({ id }) => Number(id))).toEqual(events.map((_, index) => index + 1));
  expect(events[0]!.data).toMatchObject({ type: 'accepted', status: 'pending', progress: 0 });
  expect(events.map(({ data }) => data.type)).toContain('submitted');
  const progress = events.map(({ data }) => data.progress);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(events.at(-1)!.data).toMatchObject({ type: 'completed', status: 'completed', progress: 100 });
}

describe.concurrent('live events', () => {
  test('tell everything from the start, and the last one carries the whole output', async () => {
    const { generation_id, request_id } = await submit(door, 'flux/standard', slowly());
    const events = await readToEnd(door, { id: generation_id });
    expectWholeLog(events);
    for (const { data } of events) expect(data).toMatchObject({ generation_id, request_id, at: expect.stringMatching(/^\d{4}-/) });
    const positions = events.flatMap(({ data }) => (data.type === 'queued' ? [data.queue_position!] : []));
    expect(positions.length).toBeGreaterThan(0);
    expect(positions).toEqual(positions.toSorted((a, b) => b - a));
    expect(events.at(-1)!.data).toMatchObject(await untilEnded(door, request_id));
  });

  test('are the same for the typed client', async () => {
    const client = createClient({ url: gatewayUrl, token: door.key });
    const { request_id } = await client.flux.standard.mutate(slowly());
    const seqs: number[] = [];
    const last = await new Promise<Partial<GenerationOutput>>((resolve, reject) => {
      const subscription = client.generations.subscribe.subscribe(
        { id: request_id },
        {
          onData: ({ data }) => {
            seqs.push(data.seq);
            if (data.status === 'completed' || data.status === 'failed') resolve(data);
          },
          onError: reject,
          onComplete: () => subscription.unsubscribe(),
        },
      );
    });
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(last).toMatchObject(await untilEnded(door, request_id));
  });

  test('go on after a cut, without gap or repeat', async () => {
    const { request_id } = await submit(door, 'flux/standard', slowly());
    const seen: StreamedEvent[] = [];
    for (let connections = 0; seen.at(-1)?.data.status !== 'completed' && connections < 50; connections += 1) {
      const lastEventId = seen.at(-1)?.id;
      await using stream = await openEventStream(door, { id: request_id, ...(lastEventId && { lastEventId }) });
      for await (const event of stream.events()) {
        seen.push(event);
        break;
      }
    }
    expectWholeLog(seen);
  });

  test('reach two listeners alike', async () => {
    const { generation_id, request_id } = await submit(door, 'replicate/generate', slowly());
    const [one, other] = await Promise.all([readToEnd(door, { id: generation_id }), readToEnd(door, { id: request_id })]);
    expectWholeLog(one);
    expect(other).toEqual(one);
  });

  test('of a finished generation are replayed, and the stream ends', async () => {
    const { request_id } = await submit(door, 'openai/generate', { prompt: uniquePrompt() });
    await untilEnded(door, request_id);
    const events = await readToEnd(door, { id: request_id });
    expect(events[0]!.data.type).toBe('accepted');
    expect(events.at(-1)!.data).toMatchObject({ type: 'completed', images: [{ sha256: expect.any(String) }] });
    expect(await readToEnd(door, { id: request_id, lastEventId: events.at(-2)!.id })).toEqual(events.slice(-1));
  });

  test('of a failed generation end with its error', async () => {
    const { request_id } = await submit(door, 'flux/standard', { prompt: uniquePrompt('a fox sim:error-422') });
    expect((await readToEnd(door, { id: request_id })).at(-1)!.data).toMatchObject({
      type: 'failed',
      status: 'failed',
      error: { code: 'PROVIDER_REJECTED' },
      images: [],
      credits_used: 0,
    });
  });
});

describe.concurrent('status with wait', () => {
  const look = async (requestId: string, wait: number) => {
    const startedAt = performance.now();
    const { body } = await door.get<GenerationOutput>(`/api:v2/status/check?request_id=${requestId}&wait=${wait}`);
    return { output: body, tookMs: performance.now() - startedAt };
  };

  test('answers as soon as something changes', async () => {
    const { request_id } = await submit(door, 'flux/standard', { prompt: uniquePrompt('a fox sim:latency=700') });
    const statuses: string[] = [];
    const startedAt = performance.now();
    while (statuses.at(-1) !== 'completed') statuses.push((await look(request_id, 20)).output.status);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(statuses.length).toBeLessThan(20);
  });

  test('answers after the wait when nothing changes', async () => {
    const { request_id } = await submit(door, 'openai/generate', { prompt: uniquePrompt('a fox sim:latency=3000') });
    while ((await look(request_id, 0)).output.status === 'pending');
    const { output, tookMs } = await look(request_id, 1);
    expect(output.status).toBe('processing');
    expect(tookMs).toBeGreaterThan(990);
    expect(tookMs).toBeLessThan(2_500);
  });

  test('answers a finished one at once', async () => {
    const { request_id } = await submit(door, 'flux/standard', { prompt: uniquePrompt() });
    await untilEnded(door, request_id);
    expect((await look(request_id, 30)).tookMs).toBeLessThan(1_000);
  });
});
