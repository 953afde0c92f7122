import { streams } from '@imagegen/core/messages/subjects';
import type { RunningNats } from '@imagegen/embedded/nats';
import { startTestNats } from '@imagegen/embedded/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Bus } from './connect.ts';
import { announce, checkBus, countWaitingRings, publishDurably, publishInOrder } from './publish.ts';
import { ensureStreams } from './streams.ts';
import { connectTestBus, crash, eventually } from './test-bus.fixture.ts';

let nats: RunningNats;
let bus: Bus;
beforeAll(async () => {
  nats = await startTestNats();
  bus = await connectTestBus(nats);
  await ensureStreams(bus);
});
beforeEach(async () => {
  for (const { name } of [streams.work, streams.events]) await bus.manager.streams.purge(name);
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const ring = (id: string, messageId: string) =>
  publishDurably({ bus, subject: `generation.requested.fal.${id}`, payload: { v: 1, generation_id: id }, messageId });
const stored = async (name: string) => (await bus.manager.streams.info(name)).state.messages;

test('the same message is kept once, however often it is published', async () => {
  const event = { bus, subject: 'generation.event.1.gen_1', payload: { v: 1 } };
  await Promise.all(Array.from({ length: 20 }, () => publishDurably({ ...event, messageId: 'same' })));
  await publishDurably({ ...event, messageId: 'another' });
  expect(await stored(streams.events.name)).toBe(2);
});

test('a generation has one doorbell: a second ring counts as delivered and adds nothing', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, index) => ring('gen_2', `ring-${index}`)));
  await ring('gen_3', 'ring-other');
  expect(await stored(streams.work.name)).toBe(2);
});

test('a generation can be rung for again when its last ring was worked off', async () => {
  await ring('gen_4', 'four-1');
  const consumer = await bus.jetstream.consumers.get(streams.work.name, 'fal');
  const message = await consumer.next();
  await ring('gen_4', 'four-2');
  expect(await stored(streams.work.name)).toBe(1);
  await message!.ackAck();
  await ring('gen_4', 'four-3');
  expect(await stored(streams.work.name)).toBe(1);
});

test('what was published is there when the server is killed right after', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, index) => ring(`gen_k${index}`, `kill-${index}`)));
  await crash(nats);
  await bus[Symbol.asyncDispose]();
  bus = await connectTestBus(nats);
  expect(await stored(streams.work.name)).toBe(50);
  await Promise.all(Array.from({ length: 50 }, (_, index) => ring(`gen_k${index}`, `kill-${index}`)));
  expect(await stored(streams.work.name)).toBe(50);
});

test('a full stream is an error, not a loss', async () => {
  const { config } = await bus.manager.streams.info(streams.work.name);
  await bus.manager.streams.update(streams.work.name, { ...config, max_msgs: 1 });
  await ring('gen_5', 'full-1');
  await expect(ring('gen_6', 'full-2')).rejects.toThrow(/maximum messages exceeded/);
  await bus.manager.streams.update(streams.work.name, { ...config, max_msgs: -1 });
  await ring('gen_6', 'full-2');
  expect(await stored(streams.work.name)).toBe(2);
});

test('a subject that no stream takes is an error', async () => {
  await expect(publishDurably({ bus, subject: 'generation.unknown.1', payload: {}, messageId: 'nowhere' })).rejects.toThrow();
});

test('an announcement needs no answer, and a connection that is closed does not mind it', async () => {
  announce(bus, 'generation.event.1.gen_7', { v: 1, generation_id: 'gen_7', seq: 1, type: 'accepted' });
  await eventually(async () => (await stored(streams.events.name)) === 1);
  const closed = await connectTestBus(nats);
  await closed[Symbol.asyncDispose]();
  expect(() => announce(closed, 'generation.event.1.gen_7', {})).not.toThrow();
});

test('the check is a round trip to JetStream', async () => {
  await checkBus(bus);
  const closed = await connectTestBus(nats);
  await closed[Symbol.asyncDispose]();
  await expect(checkBus(closed)).rejects.toThrow();
});

test('when the last of many is on the stream, all are, and a second delivery adds nothing', async () => {
  const messages = Array.from({ length: 200 }, (_, index) => ({
    subject: `generation.requested.openai.gen_m${index}`,
    payload: { v: 1, generation_id: `gen_m${index}` },
    messageId: `many-${index}`,
  }));
  await publishInOrder(bus, messages);
  expect(await stored(streams.work.name)).toBe(200);
  expect(await countWaitingRings(bus, 'openai')).toBe(200);
  expect(await countWaitingRings(bus, 'fal')).toBe(0);
  await Promise.all(messages.map((message) => publishDurably({ bus, ...message })));
  await publishInOrder(bus, []);
  expect(await stored(streams.work.name)).toBe(200);
});
