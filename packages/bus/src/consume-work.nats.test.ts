import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { streams } from '@imagegen/core/messages/subjects';
import { startNats } from '@imagegen/embedded/nats';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { startTestNats } from '@imagegen/embedded/testing';
import { expect, test } from 'vitest';
import type { Bus } from './connect.ts';
import { consumeWork } from './consume-work.ts';
import { publishDurably } from './publish.ts';
import { ensureStreams } from './streams.ts';
import { connectTestBus, crash, eventually, silent } from './test-bus.fixture.ts';

type Handle = Parameters<typeof consumeWork>[0]['handle'];

const consume = (bus: Bus, concurrency: number, handle: Handle) =>
  consumeWork({ bus, provider: 'fal', concurrency, logger: silent, handle });

function ring(bus: Bus, id: string): Promise<void> {
  const payload = { v: 1, generation_id: id };
  return publishDurably({ bus, subject: `generation.requested.fal.${id}`, payload, messageId: `ring-${id}-${Math.random()}` });
}

const left = async (bus: Bus) => (await bus.manager.streams.info(streams.work.name)).state.messages;

async function startBus() {
  await using undo = new AsyncDisposableStack();
  const nats = undo.use(await startTestNats());
  const bus = undo.use(await connectTestBus(nats));
  await ensureStreams(bus);
  const running = undo.move();
  return { nats, bus, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

test('every ring goes to one lane, no more than there are places at once, and is gone afterwards', async () => {
  await using started = await startBus();
  const { bus } = started;
  const seen: string[] = [];
  let running = 0;
  let most = 0;
  const full = Promise.withResolvers<void>();
  const handle = async (id: string) => {
    seen.push(id);
    running += 1;
    most = Math.max(most, running);
    if (running === 4) full.resolve();
    await full.promise;
    await new Promise(setImmediate);
    running -= 1;
  };
  const ids = Array.from({ length: 60 }, (_, index) => `gen_${index}`);
  await Promise.all(ids.map((id) => ring(bus, id)));
  await using _one = consume(bus, 4, handle);
  await eventually(async () => (await left(bus)) === 0);
  expect(seen.toSorted()).toEqual(ids.toSorted());
  expect(most).toBe(4);
});

test('nothing is taken from the queue without a free place', async () => {
  await using started = await startBus();
  const { bus } = started;
  const done = Promise.withResolvers<void>();
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => ring(bus, id)));
  await using _lanes = consume(bus, 2, () => done.promise);
  const counts = async () => {
    const { num_ack_pending, num_pending } = await bus.manager.consumers.info(streams.work.name, 'fal');
    return [num_ack_pending, num_pending];
  };
  await eventually(async () => (await counts())[0] === 2);
  expect(await counts()).toEqual([2, 3]);
  done.resolve();
  await eventually(async () => (await left(bus)) === 0);
});

test('a ring whose handler fails is worked off, and the lane goes on', async () => {
  await using started = await startBus();
  const { bus } = started;
  const seen: string[] = [];
  await using _lanes = consume(bus, 1, async (id) => {
    seen.push(id);
    if (id === 'bad') throw new Error('no');
  });
  await ring(bus, 'bad');
  await ring(bus, 'good');
  await eventually(async () => seen.length === 2 && (await left(bus)) === 0);
  expect(seen).toEqual(['bad', 'good']);
});

test.for(['not json', '{}', '{"v":2,"generation_id":"x"}', '[]'])('%s is taken out of the queue and reaches no handler', async (text) => {
  await using started = await startBus();
  const { bus } = started;
  const seen: string[] = [];
  await bus.jetstream.publish('generation.requested.fal.strange', text);
  await ring(bus, 'good');
  await using _lanes = consume(bus, 1, async (id) => void seen.push(id));
  await eventually(async () => seen.length === 1 && (await left(bus)) === 0);
  expect(seen).toEqual(['good']);
});

test('what was acknowledged does not come back when the server is killed right after', async () => {
  await using started = await startBus();
  const { bus, nats } = started;
  const seen: string[] = [];
  const ids = Array.from({ length: 40 }, (_, index) => `gen_${index}`);
  await Promise.all(ids.map((id) => ring(bus, id)));
  await using _lanes = consume(bus, 4, async (id) => void seen.push(id));
  await eventually(async () => (await left(bus)) === 0);
  await crash(nats);
  await using other = await connectTestBus(nats);
  await ring(other, 'last');
  await eventually(() => seen.includes('last'));
  expect(seen.toSorted()).toEqual([...ids, 'last'].toSorted());
});

test('when the server comes back without its store, the queue is made anew and work goes on', async () => {
  await using folder = await temporaryFolder();
  const first = await startNats({ dataDir: folder.path });
  await using bus = await connectTestBus(first);
  await ensureStreams(bus);
  const seen: string[] = [];
  const lanes = consume(bus, 2, async (id) => void seen.push(id));
  await ring(bus, 'before');
  await eventually(() => seen.includes('before'));

  first.process.kill('SIGKILL');
  await first[Symbol.asyncDispose]();
  await rm(join(folder.path, 'nats/jetstream'), { recursive: true });
  await using second = await startNats({ dataDir: folder.path, port: first.port });
  await using other = await connectTestBus(second);
  await eventually(async () => (await other.manager.streams.find('generation.requested.fal.after').catch(() => '')) !== '');
  await ring(other, 'after');
  await eventually(() => seen.includes('after'));
  await lanes[Symbol.asyncDispose]();
});

test('stopping lets what is under way finish and is quick when nothing is', async () => {
  await using started = await startBus();
  const { bus } = started;
  const idle = consume(bus, 4, async () => undefined);
  const idleFrom = performance.now();
  await idle[Symbol.asyncDispose]();
  expect(performance.now() - idleFrom).toBeLessThan(2_000);

  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const busy = consume(bus, 1, async () => {
    begun.resolve();
    await finish.promise;
  });
  await ring(bus, 'slow');
  await begun.promise;
  const stopped = busy[Symbol.asyncDispose]();
  finish.resolve();
  await stopped;
  expect(await left(bus)).toBe(0);
});

test('what a stopped process had asked for goes to another one at once', async () => {
  await using started = await startBus();
  const { bus, nats } = started;
  const stopped = consume(bus, 4, () => Promise.reject(new Error('stopped')));
  await eventually(async () => (await bus.manager.consumers.info(streams.work.name, 'fal')).num_waiting >= 4);
  await stopped[Symbol.asyncDispose]();
  await using other = await connectTestBus(nats);
  const seen: string[] = [];
  await using _lanes = consume(other, 1, async (id) => void seen.push(id));
  const from = performance.now();
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  await Promise.all(ids.map((id) => ring(other, id)));
  await eventually(() => seen.length === ids.length);
  expect(performance.now() - from).toBeLessThan(2_000);
  expect(seen.toSorted()).toEqual(ids);
});

test('a lane takes a message only with a place, and gives it back when the message is worked off', async () => {
  await using started = await startBus();
  const { bus } = started;
  const place = Promise.withResolvers<void>();
  let given = 0;
  const places = {
    async enter() {
      await place.promise;
      given += 1;
      return {
        [Symbol.dispose]: () => {
          given -= 1;
        },
      };
    },
  };
  const seen: string[] = [];
  const handle: Handle = async (id) => void seen.push(`${id} with ${given}`);
  await using _lanes = consumeWork({ bus, provider: 'fal', concurrency: 1, places, logger: silent, handle });
  await ring(bus, 'a');
  const { num_waiting } = await bus.manager.consumers.info(streams.work.name, 'fal');
  expect([num_waiting, seen]).toEqual([0, []]);
  place.resolve();
  await ring(bus, 'b');
  await eventually(async () => (await left(bus)) === 0);
  expect(seen).toEqual(['a with 1', 'b with 1']);
});
