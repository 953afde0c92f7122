import { connectBus } from '@imagegen/bus/connect';
import { announce } from '@imagegen/bus/publish';
import { subjects } from '@imagegen/core/messages/subjects';
import { type Database, openDatabase } from '@imagegen/db/open-database';
import { claimGeneration } from '@imagegen/db/queries/claims';
import { appendEvent } from '@imagegen/db/queries/events';
import { finishGeneration } from '@imagegen/db/queries/finish-generation';
import { createLogger } from '@imagegen/runtime/logger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateways, startTestGateways } from '../http/running-gateway.fixture.ts';
import { type Heard, type View, views } from './live-views.fixture.ts';

const key = 'ig_dev_user1';
const positions = 12;
const steps = 18;
/** accepted, a queue that moves up, progress, the end. */
const eventCount = 1 + positions + steps + 1;
const everyCut = Array.from({ length: eventCount + 1 }, (_, index) => index);
const wholeLog = Array.from({ length: eventCount }, (_, index) => index + 1);

const undo = new AsyncDisposableStack();
let gateways: RunningGateways;
let db: Database;
let announceGrowth: (generationId: string, seq: number | null) => void;
beforeAll(async () => {
  const many = { RATE_LIMIT_READS_PER_MINUTE: '100000', RATE_LIMIT_WRITES_PER_MINUTE: '1000', RATE_LIMIT_PER_IP_PER_MINUTE: '100000' };
  gateways = undo.use(await startTestGateways(many, 2));
  db = openDatabase({ url: gateways.databaseUrl, applicationName: 'test', poolSize: 2, onIdleError: () => undefined });
  undo.defer(() => db.destroy());
  const bus = undo.use(await connectBus({ url: gateways.natsUrl, name: 'test', logger: createLogger('test', 'silent') }));
  announceGrowth = (generationId, seq) => {
    if (seq !== null) announce(bus, subjects.event(1, generationId), { v: 1, generation_id: generationId, seq, type: 'progressed' });
  };
});
afterAll(() => undo.disposeAsync());

async function submit(): Promise<string> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ prompt: 'a lighthouse' });
  const answer = await fetch(`${gateways.urls[0]}/api:v2/flux/standard`, { method: 'POST', headers, body });
  return ((await answer.json()) as { generation_id: string }).generation_id;
}

/** Writes the rest of a log, as the provider's service would; `between` is waited for before every line. */
async function writeLog(generationId: string, between: (seq: number) => Promise<void> | void = () => undefined, tell = announceGrowth) {
  await claimGeneration(db, { generationId, owner: 'test', leaseMs: 60_000 });
  const lease = { generationId, epoch: 1 };
  for (let index = 0; index < positions + steps; index += 1) {
    await between(index + 2);
    const queued = { type: 'queued', progress: 0, queuePosition: positions - index } as const;
    const progressed = { type: 'progressed', progress: 5 * (index - positions + 1), queuePosition: null } as const;
    tell(generationId, await appendEvent(db, lease, index < positions ? queued : progressed));
  }
  await between(eventCount);
  const end = { status: 'failed', error: { code: 'CANCELED', message: 'no' } } as const;
  const ended = await finishGeneration(db, lease, end, subjects.event(1, generationId));
  tell(generationId, ended?.seq ?? null);
}

type Listener = {
  view: View;
  generationId: string;
  /** Hangs up after having heard so many in all; null: never. */
  cutAfter: number | null;
  heardBefore?: readonly Heard[];
  onEvent?: (heard: readonly Heard[]) => void;
};

/** Hears a log to its end, from the two gateways in turn, coming back with the last id after every cut. */
async function hear({ view, generationId, cutAfter, heardBefore = [], onEvent }: Listener): Promise<Heard[]> {
  const heard = [...heardBefore];
  const ended = () => heard.at(-1)?.status === 'failed';
  let cut = cutAfter === 0;
  for (let connections = cut ? 1 : heard.length; !ended(); connections += 1) {
    const asked = { url: gateways.urls[connections % 2] ?? '', key, generationId, lastEventId: heard.at(-1)?.id };
    for await (const event of view(asked)) {
      heard.push(event);
      onEvent?.(heard);
      if (!cut && heard.length === cutAfter) {
        cut = true;
        break;
      }
      if (ended()) break;
    }
  }
  return heard;
}

const seqsOf = (heard: readonly Heard[]) => heard.map(({ seq }) => seq);

describe.each(Object.entries(views))('over %s', (_, view) => {
  it('whoever comes back to a finished log, at any of its events, hears exactly the rest', async () => {
    const generationId = await submit();
    await writeLog(generationId);
    const whole = await hear({ view, generationId, cutAfter: null });
    expect(seqsOf(whole)).toEqual(wholeLog);
    expect(whole[0]).toMatchObject({ type: 'accepted', routing: { engine: 'flux-standard', considered: expect.any(Array) } });
    expect(whole.at(-1)).toMatchObject({ type: 'failed', error: { code: 'CANCELED' } });
    const after = (cut: number) => hear({ view, generationId, cutAfter: null, heardBefore: whole.slice(0, cut) });
    for (const heard of await Promise.all(everyCut.map(after))) expect(heard).toEqual(whole);
    const nothing = view({ url: gateways.urls[1] ?? '', key, generationId, lastEventId: whole.at(-1)?.id });
    expect(await nothing.next()).toEqual({ value: undefined, done: true });
  });

  it('whoever is cut off after any event while the log grows, and comes back elsewhere, hears all of it once', async () => {
    const generationId = await submit();
    const listening = everyCut.map((cutAfter) => hear({ view, generationId, cutAfter }));
    await writeLog(generationId);
    for (const heard of await Promise.all(listening)) expect(seqsOf(heard)).toEqual(wholeLog);
  });

  it('without a single announcement everything is heard all the same', async () => {
    const generationId = await submit();
    const listening = hear({ view, generationId, cutAfter: null });
    await writeLog(generationId, undefined, () => undefined);
    expect(seqsOf(await listening)).toEqual(wholeLog);
  });
});

it('whoever listens while the gateways are restarted, one after the other, hears all of it once', async () => {
  const generationId = await submit();
  let furthest = 0;
  const onEvent = (heard: readonly Heard[]) => {
    furthest = Math.max(furthest, heard.length);
  };
  const listening = Object.values(views).flatMap((view) => [0, 1].map((cutAfter) => hear({ view, generationId, cutAfter, onEvent })));
  await writeLog(generationId, async (seq) => {
    if (seq !== 8 && seq !== 20) return;
    await expect.poll(() => furthest).toBe(seq - 1);
    await gateways.restart(seq === 8 ? 0 : 1);
  });
  for (const heard of await Promise.all(listening)) expect(seqsOf(heard)).toEqual(wholeLog);
});

it('whoever asks for the status again and again, cut off or not, is told of every change until the end', async () => {
  const generationId = await submit();
  const look = async (tag: string | null, giveUpMs: number) => {
    const headers = { authorization: `Bearer ${key}`, ...(tag && { 'if-none-match': tag }) };
    const url = `${gateways.urls[0]}/api:v2/status/check?generation_id=${generationId}&wait=20`;
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(giveUpMs) }).catch(() => null);
    return { tag: answer?.headers.get('etag') ?? tag, output: answer?.status === 200 ? ((await answer.json()) as Heard) : null };
  };
  const listening = Promise.all(
    [15, 20_000].map(async (giveUpMs) => {
      const seen: Heard[] = [];
      for (let tag: string | null = null; seen.at(-1)?.status !== 'failed'; ) {
        const answer = await look(tag, seen.length % 2 === 0 ? giveUpMs : 20_000);
        tag = answer.tag;
        if (answer.output) seen.push(answer.output);
      }
      return seen.map(({ progress }) => progress);
    }),
  );
  await writeLog(generationId);
  for (const progress of await listening) expect(progress).toEqual(progress.toSorted((a, b) => a - b));
});
