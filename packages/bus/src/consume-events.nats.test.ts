import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventMessage } from '@imagegen/core/messages/messages';
import { startNats } from '@imagegen/embedded/nats';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { startTestNats } from '@imagegen/embedded/testing';
import { expect, test } from 'vitest';
import type { Bus } from './connect.ts';
import { consumeEvents } from './consume-events.ts';
import { announce, publishDurably } from './publish.ts';
import { ensureStreams } from './streams.ts';
import { connectTestBus, crash, eventually, silent } from './test-bus.fixture.ts';

let published = 0;

function publish(bus: Bus, seq: number): Promise<void> {
  published += 1;
  const payload = { v: 1, generation_id: 'gen_1', seq, type: 'progressed' };
  return publishDurably({ bus, subject: 'generation.event.1.gen_1', payload, messageId: `event-${published}` });
}

function listen(bus: Bus) {
  const events: EventMessage[] = [];
  const gaps: number[] = [];
  const consumption = consumeEvents({
    bus,
    logger: silent,
    onEvent: (event) => events.push(event),
    onGap: () => gaps.push(events.length),
  });
  return {
    seqs: () => events.map(({ seq }) => seq),
    gaps,
    [Symbol.asyncDispose]: () => consumption[Symbol.asyncDispose](),
  };
}

test('tells of what happens from now on, in order, and that there was a gap before', async () => {
  await using nats = await startTestNats();
  await using bus = await connectTestBus(nats);
  await ensureStreams(bus);
  await publish(bus, 1);
  await using listener = listen(bus);
  await eventually(() => listener.gaps.length === 1);
  for (let seq = 2; seq <= 100; seq += 1)
    announce(bus, 'generation.event.1.gen_1', { v: 1, generation_id: 'gen_1', seq, type: 'progressed' });
  await eventually(() => listener.seqs().length === 99);
  expect(listener.seqs()).toEqual(Array.from({ length: 99 }, (_, index) => index + 2));
  expect(listener.gaps).toEqual([0]);
});

test('a message that is no event is passed over', async () => {
  await using nats = await startTestNats();
  await using bus = await connectTestBus(nats);
  await ensureStreams(bus);
  await using listener = listen(bus);
  await eventually(() => listener.gaps.length === 1);
  await bus.jetstream.publish('generation.event.1.gen_1', '{"v":2}');
  await bus.jetstream.publish('generation.event.1.gen_1', 'not json');
  await publish(bus, 7);
  await eventually(() => listener.seqs().includes(7));
  expect(listener.gaps).toEqual([0]);
});

test('after a crash of the server it says that something may have been missed, and goes on', async () => {
  await using nats = await startTestNats();
  await using bus = await connectTestBus(nats);
  await ensureStreams(bus);
  await using listener = listen(bus);
  await eventually(() => listener.gaps.length === 1);
  await publish(bus, 1);
  await eventually(() => listener.seqs().length === 1);
  await crash(nats);
  await eventually(() => listener.gaps.length === 2);
  await using other = await connectTestBus(nats);
  await publish(other, 2);
  await eventually(() => listener.seqs().includes(2));
});

test('a server that comes back without its store is listened to again', async () => {
  await using folder = await temporaryFolder();
  const first = await startNats({ dataDir: folder.path });
  await using bus = await connectTestBus(first);
  await ensureStreams(bus);
  await using listener = listen(bus);
  await eventually(() => listener.gaps.length === 1);
  for (let seq = 1; seq <= 20; seq += 1) await publish(bus, seq);
  await eventually(() => listener.seqs().length === 20);

  first.process.kill('SIGKILL');
  await first[Symbol.asyncDispose]();
  await rm(join(folder.path, 'nats/jetstream'), { recursive: true });
  await using second = await startNats({ dataDir: folder.path, port: first.port });
  await eventually(() => listener.gaps.length === 2);
  await using other = await connectTestBus(second);
  await publish(other, 21);
  await eventually(() => listener.seqs().includes(21));
});

test('stops quickly, also while the server is away', async () => {
  const nats = await startTestNats();
  await using bus = await connectTestBus(nats);
  await ensureStreams(bus);
  const listeners = [listen(bus), listen(bus)];
  await eventually(() => listeners.every(({ gaps }) => gaps.length === 1));
  const from = performance.now();
  await listeners[0]![Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
  await listeners[1]![Symbol.asyncDispose]();
  expect(performance.now() - from).toBeLessThan(4_000);
});
