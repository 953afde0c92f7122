import { providers } from '@imagegen/core/engines/engine';
import { streams, subjects } from '@imagegen/core/messages/subjects';
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import type { Bus } from './connect.ts';

const secondNs = 1_000_000_000;
const megabyte = 1024 * 1024;

/** How long a delivered message may go without a sign of life before somebody else gets it. */
export const ackWaitMs = 15_000;

/**
 * The work queue holds doorbells, one a generation at most. `discard: new` refuses what does not fit instead of dropping what nobody has
 * seen; nothing is lost either way, since Postgres rings again. Counting tries and delays is Postgres's business, hence `max_deliver: -1`.
 */
const workStream = {
  name: streams.work.name,
  subjects: [...streams.work.subjects],
  retention: RetentionPolicy.Workqueue,
  storage: StorageType.File,
  discard: DiscardPolicy.New,
  discard_new_per_subject: true,
  max_msgs_per_subject: 1,
  max_bytes: 512 * megabyte,
  duplicate_window: 120 * secondNs,
} satisfies Partial<StreamConfig>;

/** Announcements that a log has grown. Readers catch up from Postgres, so a day is plenty and the oldest may go. */
const eventStream = {
  name: streams.events.name,
  subjects: [...streams.events.subjects],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  discard: DiscardPolicy.Old,
  max_age: 24 * 3600 * secondNs,
  max_bytes: 256 * megabyte,
  duplicate_window: 120 * secondNs,
} satisfies Partial<StreamConfig>;

function workConsumers(): (Partial<ConsumerConfig> & { durable_name: string })[] {
  return providers.map((provider) => ({
    durable_name: provider,
    filter_subject: subjects.requestedOf(provider),
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: ackWaitMs * 1_000_000,
    max_deliver: -1,
    max_ack_pending: 1_000,
  }));
}

/** Creates or updates the streams and consumers, then reads them back: a server that did not take a setting is refused. */
export async function ensureStreams({ manager }: Bus): Promise<void> {
  for (const wanted of [workStream, eventStream]) await ensureStream(manager, wanted);
  for (const wanted of workConsumers()) await ensureConsumer(manager, wanted);
}

async function ensureStream(manager: JetStreamManager, wanted: Partial<StreamConfig> & { name: string }): Promise<void> {
  const existing = await manager.streams.info(wanted.name).catch(missing);
  if (!existing) await manager.streams.add(wanted).catch(lostRace);
  else if (differences(wanted, existing.config).length > 0) await manager.streams.update(wanted.name, { ...existing.config, ...wanted });
  const { config } = await manager.streams.info(wanted.name);
  refuseDifferences(`stream ${wanted.name}`, differences(wanted, config));
}

async function ensureConsumer(manager: JetStreamManager, wanted: Partial<ConsumerConfig> & { durable_name: string }): Promise<void> {
  const stream = streams.work.name;
  const existing = await manager.consumers.info(stream, wanted.durable_name).catch(missing);
  if (!existing) await manager.consumers.add(stream, wanted).catch(lostRace);
  else if (differences(wanted, existing.config).length > 0) await manager.consumers.update(stream, wanted.durable_name, wanted);
  const { config } = await manager.consumers.info(stream, wanted.durable_name);
  refuseDifferences(`consumer ${wanted.durable_name}`, differences(wanted, config));
}

function differences(wanted: object, actual: object): string[] {
  const values = actual as Record<string, unknown>;
  return Object.entries(wanted)
    .filter(([name, value]) => JSON.stringify(values[name]) !== JSON.stringify(value))
    .map(([name, value]) => `${name}: wanted ${JSON.stringify(value)}, is ${JSON.stringify(values[name])}`);
}

function refuseDifferences(what: string, found: string[]): void {
  if (found.length > 0) throw new Error(`JetStream did not take the settings of ${what}: ${found.join('; ')}`);
}

function missing(error: unknown): null {
  if (error instanceof JetStreamApiError && error.status === 404) return null;
  throw error;
}

/** Another process made it at the same moment; the read-back decides whether it is right. */
function lostRace(error: unknown): void {
  const alreadyThere = [10_058, 10_148];
  if (!(error instanceof JetStreamApiError && alreadyThere.includes(error.code))) throw error;
}
