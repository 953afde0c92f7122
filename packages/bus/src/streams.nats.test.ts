import { providers } from '@imagegen/core/engines/engine';
import { streams } from '@imagegen/core/messages/subjects';
import { startTestNats } from '@imagegen/embedded/testing';
import { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { ackWaitMs, ensureStreams } from './streams.ts';
import { connectTestBus } from './test-bus.fixture.ts';

const { work, events } = streams;

test('makes the streams and one consumer for each provider', async () => {
  await using nats = await startTestNats();
  await using bus = await connectTestBus(nats);
  await ensureStreams(bus);
  const { config: queue } = await bus.manager.streams.info(work.name);
  expect(queue).toMatchObject({
    subjects: [...work.subjects],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
    max_msgs_per_subject: 1,
  });
  const { config: log } = await bus.manager.streams.info(events.name);
  expect(log).toMatchObject({ subjects: [...events.subjects], retention: RetentionPolicy.Limits, discard: DiscardPolicy.Old });
  for (const provider of providers) {
    const { config } = await bus.manager.consumers.info(work.name, provider);
    expect(config).toMatchObject({
      filter_subject: `generation.requested.${provider}.*`,
      max_deliver: -1,
      ack_wait: ackWaitMs * 1_000_000,
    });
  }
});

test('five processes may make them at the same moment', async () => {
  await using nats = await startTestNats();
  await using connections = new AsyncDisposableStack();
  const buses = await Promise.all(Array.from({ length: 5 }, () => connectTestBus(nats)));
  for (const bus of buses) connections.use(bus);
  await Promise.all(buses.map(ensureStreams));
  expect((await buses[0]!.manager.streams.info(work.name)).state.consumer_count).toBe(providers.length);
});

test('settings of an older version are brought up to date, and what the stream holds stays', async () => {
  await using nats = await startTestNats();
  await using bus = await connectTestBus(nats);
  await ensureStreams(bus);
  const { config } = await bus.manager.streams.info(work.name);
  await bus.manager.streams.update(work.name, { ...config, max_bytes: 1_000_000, duplicate_window: 60_000_000_000 });
  await bus.manager.consumers.update(work.name, 'fal', { ack_wait: 1_000_000_000, max_ack_pending: 5 });
  await bus.jetstream.publish('generation.requested.fal.gen_1', '{}');

  await ensureStreams(bus);
  const updated = await bus.manager.streams.info(work.name);
  expect(updated.config).toMatchObject({ max_bytes: config.max_bytes, duplicate_window: config.duplicate_window });
  expect(updated.state.messages).toBe(1);
  const consumer = await bus.manager.consumers.info(work.name, 'fal');
  expect(consumer.config).toMatchObject({ ack_wait: ackWaitMs * 1_000_000, max_ack_pending: 1_000 });
});

test.for([
  ['drops what is over a limit instead of queueing', { retention: RetentionPolicy.Limits }],
  ['forgets everything in a restart', { retention: RetentionPolicy.Workqueue, storage: StorageType.Memory }],
] as const)('refuses a stream made by hand that %s', async ([, settings]) => {
  await using nats = await startTestNats();
  await using bus = await connectTestBus(nats);
  await bus.manager.streams.add({ name: work.name, subjects: [...work.subjects], ...settings });
  await expect(ensureStreams(bus)).rejects.toThrow();
  expect((await bus.manager.streams.info(work.name)).config).toMatchObject(settings);
});
