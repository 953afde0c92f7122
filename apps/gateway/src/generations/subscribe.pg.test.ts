import { createMigratedDatabase, type MigratedDatabase } from '@imagegen/db/migrated-database';
import { aClaimedGeneration, aUser } from '@imagegen/db/new-generation.fixture';
import { appendEvent } from '@imagegen/db/queries/events';
import { finishGeneration } from '@imagegen/db/queries/finish-generation';
import { Secret } from '@imagegen/runtime/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventHub } from '../events/event-hub.ts';
import { LogReader } from '../events/log-reader.ts';
import type { Principal } from '../identity/principal.ts';
import { ImageLinks } from './image-links.ts';
import { subscribe } from './subscribe.ts';

let database: MigratedDatabase;
let principal: Principal;
const events = new EventHub();
const links = new ImageLinks('http://pictures.example', new Secret('a secret'));

beforeAll(async () => {
  database = await createMigratedDatabase();
  principal = { userId: await aUser(database.db), role: 'user', keyId: 'test', scopes: ['read', 'generate'] };
});
afterAll(() => database[Symbol.asyncDispose]());

async function read(id: string, afterSeq: number): Promise<number[]> {
  const seen: number[] = [];
  const signal = AbortSignal.timeout(20_000);
  for await (const { seq } of await subscribe({ db: database.db, events, logs: new LogReader(database.db, links) }, principal, {
    id,
    afterSeq,
    signal,
  }))
    seen.push(seq);
  expect(signal.aborted).toBe(false);
  return seen;
}

describe('a subscription', () => {
  it('gives exactly what comes after the last event seen, and ends at once when that was the terminal one', async () => {
    const { generation_id: generationId } = await aClaimedGeneration(database.db, principal.userId);
    const lease = { generationId, epoch: 1 };
    const live = read(generationId, 0);
    const progressed = await appendEvent(database.db, lease, { type: 'progressed', progress: 40, queuePosition: null });
    await finishGeneration(database.db, lease, { status: 'failed', error: { code: 'CANCELED', message: 'no' } }, 'generation.event.test');
    events.announceAll();
    const all = await live;
    expect(all).toEqual([1, 2, 3]);
    expect(progressed).toBe(2);
    for (const last of [0, 1, 2, 3, 4]) expect(await read(generationId, last)).toEqual(all.filter((seq) => seq > last));
  });
});
