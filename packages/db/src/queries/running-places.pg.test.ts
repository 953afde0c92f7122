import { engineIds } from '@imagegen/core/engines/engine';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aGeneration, aUser, expireLease } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations } from './accept-generations.ts';
import { type ClaimedGeneration, claimGeneration, releaseLease } from './claims.ts';
import { expireGeneration, finishGeneration } from './finish-generation.ts';
import { takeUnrung } from './sweep.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
let users = 0;
beforeAll(async () => {
  database = await createMigratedDatabase(20);
  db = database.db;
});
beforeEach(async () => {
  users += 1;
  userId = await aUser(db, `test:${users}`);
});
afterAll(() => database[Symbol.asyncDispose]());

const failed = { status: 'failed' as const, error: { code: 'PROVIDER_ERROR', message: 'no' } };

async function accepted(count: number, changes: Parameters<typeof aGeneration>[1] = {}): Promise<string[]> {
  const generations = Array.from({ length: count }, () => aGeneration(userId, changes));
  await acceptGenerations(db, generations);
  return generations.map(({ generation_id }) => generation_id);
}

function claim(generationId: string, maxRunningPerUser = 5): Promise<ClaimedGeneration | null> {
  return claimGeneration(db, { generationId, owner: 'test', leaseMs: 60_000, maxRunningPerUser });
}

function finish({ generation_id: generationId, lease_epoch: epoch }: ClaimedGeneration) {
  return finishGeneration(db, { generationId, epoch }, failed, `generation.event.${userId}.${generationId}`);
}

const present = <Value>(values: (Value | null | undefined)[]) => values.filter((value) => value !== null && value !== undefined);

test('of a hundred claimed at once as many run as have a place, and the others wait pending', async () => {
  const ids = await accepted(100);
  const running = present(await Promise.all(ids.map((id) => claim(id))));
  expect(running).toHaveLength(5);
  const { rows } = await sql`
    select status, next_attempt_at > now() as waits, lease_epoch, count(*)::int from generation_history_v2
    where user_id = ${userId} group by 1, 2, 3 order by status`.execute(db);
  expect(rows).toEqual([
    { status: 'pending', waits: true, lease_epoch: 0, count: 95 },
    { status: 'processing', waits: false, lease_epoch: 1, count: 5 },
  ]);
});

test('the places of one user are not those of another', async () => {
  const own = await accepted(2);
  userId = await aUser(db, 'test:another');
  const others = await accepted(1);
  expect(present(await Promise.all([...own, ...others].map((id) => claim(id, 1))))).toHaveLength(2);
});

test('when one ends the one that waits longest is due at once and rung for in the same commit', async () => {
  const [first = '', second = '', third = ''] = await accepted(3, { engine: 'replicate' });
  const running = await claim(first, 1);
  expect(await claim(third, 1)).toBeNull();
  expect(await claim(second, 1)).toBeNull();
  const ended = await finish(running!);
  expect(ended).toMatchObject({ seq: 2, next: { generationId: second, subject: `generation.requested.replicate.${second}` } });
  const ring = await db.selectFrom('outbox').selectAll().where('id', '=', ended!.next!.outboxId).executeTakeFirst();
  expect(ring).toMatchObject({ subject: ended!.next!.subject, payload: { v: 1, generation_id: second } });
  expect(await claim(third, 1)).toBeNull();
  expect(await claim(second, 1)).toMatchObject({ generation_id: second });
});

test('who waits for nothing is not woken', async () => {
  const [first = ''] = await accepted(2);
  expect(await finish((await claim(first))!)).toEqual({ outboxId: expect.any(Number), seq: 2 });
});

test('a generation that has started keeps its place between tries and after its worker died', async () => {
  const [first = '', second = ''] = await accepted(2);
  await claim(first, 1);
  await releaseLease(db, { generationId: first, epoch: 1 }, { delayMs: 0, countsAsTry: true });
  expect(await claim(second, 1)).toBeNull();
  expect(await claim(first, 1)).toMatchObject({ lease_epoch: 2 });
  await expireLease(db, first);
  expect(await claim(first, 1)).toMatchObject({ lease_epoch: 3 });
});

test('one that waits past its deadline ends and wakes the next, not itself', async () => {
  const [running = '', late = '', next = ''] = await accepted(3);
  await claim(running, 1);
  await claim(late, 1);
  await claim(next, 1);
  await sql`update generation_history_v2 set deadline_at = now() - interval '1 second' where generation_id = ${late}`.execute(db);
  expect(await expireGeneration(db, late, failed, 's')).toMatchObject({ next: { generationId: next } });
});

test('a waiting one is rung for again by the sweeper when nobody woke it', async () => {
  const [running = '', waiting = ''] = await accepted(2);
  await claim(running, 1);
  await claim(waiting, 1);
  const rung = async () =>
    (await takeUnrung(db, { engines: engineIds, quietMs: 10_000, limit: 1_000 })).map(({ generation_id }) => generation_id);
  expect(await rung()).not.toContain(waiting);
  await sql`update generation_history_v2 set next_attempt_at = now() where generation_id = ${waiting}`.execute(db);
  expect(await rung()).toContain(waiting);
});

test('claims and ends at once, over and over: never too many run, and nobody is forgotten', async () => {
  const most = 3;
  const rings = await accepted(60);
  let ended = 0;
  let over = 0;
  const work = async () => {
    for (let id = rings.shift(); id !== undefined; id = rings.shift()) {
      const running = await claim(id, most);
      if (!running) continue;
      const { rows } = await sql<{ count: number }>`
        select count(*)::int from generation_history_v2 where user_id = ${userId} and status = 'processing'`.execute(db);
      if ((rows[0]?.count ?? 0) > most) over += 1;
      const { next } = (await finish(running)) ?? {};
      ended += 1;
      if (next) rings.push(next.generationId);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  expect(over).toBe(0);
  expect(ended).toBe(60);
});
