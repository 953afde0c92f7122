import type { CreditTerms } from '@imagegen/core/credits/terms';
import { newToken } from '@imagegen/runtime/ids';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aGeneration, anIntent, aUser, expireLease } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations, findIdempotencyKey, type NewGeneration } from './accept-generations.ts';
import { type AttemptOutcome, recordIntent, recordOutcome } from './attempts.ts';
import { checkLedger, isSound } from './check-ledger.ts';
import { claimGeneration } from './claims.ts';
import { grantCredits, listProviderSpend, listTransfers, readBalance } from './credits.ts';
import { cancelPending, expireGeneration, finishGeneration, type GenerationEnd } from './finish-generation.ts';
import { findGeneration } from './generations.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
let users = 0;
beforeAll(async () => {
  database = await createMigratedDatabase(20);
  db = database.db;
});
beforeEach(async () => {
  await sql`truncate daily_spend`.execute(db);
  users += 1;
  userId = await aUser(db, `test:${users}`);
});
afterAll(async () => {
  const report = await checkLedger(db);
  expect(report.faults).toEqual(Object.fromEntries(Object.keys(report.faults).map((name) => [name, []])));
  expect(isSound(report)).toBe(true);
  await database[Symbol.asyncDispose]();
});

const metered: CreditTerms = { metered: true, dailyCapPerUserMicros: null, dailyCapPerProviderMicros: null };
const image = { sha256: 'b'.repeat(64), content_type: 'image/jpeg', width: 64, height: 64, bytes: 5, seed: 42, placeholder: 'p' };
const delivered = (creditsUsed: number): GenerationEnd => ({ status: 'completed', images: [image], creditsUsed, adjustments: [] });
const failed = { status: 'failed' as const, error: { code: 'PROVIDER_ERROR', message: 'no' } };

const grant = (amountMicros: number, to = userId) => grantCredits(db, { userId: to, amountMicros, note: null, key: newToken() });
const wish = (hold: number, changes: Partial<NewGeneration> = {}) =>
  aGeneration(userId, { hold_micros: hold, estimated_cost_micros: hold, ...changes });
const ids = (rows: { generation_id: string }[]) => rows.map(({ generation_id }) => generation_id).toSorted();

async function transfersOf(generationId: string) {
  const { rows } = await sql<{ line: string }>`
    select kind || ' ' || debit_account || ' > ' || credit_account || ' ' || amount_micros as line
    from ledger_transfers where generation_id = ${generationId} order by id`.execute(db);
  return rows.map(({ line }) => line.replaceAll(`:${userId}`, ':me'));
}

async function take(generation: NewGeneration, terms?: CreditTerms) {
  const { accepted } = await acceptGenerations(db, [generation], terms);
  expect(accepted).toHaveLength(1);
  const claimed = await claimGeneration(db, { generationId: generation.generation_id, owner: 'test', leaseMs: 60_000 });
  if (!claimed) throw new Error('the generation could not be claimed');
  return { claimed, lease: { generationId: generation.generation_id, epoch: claimed.lease_epoch } };
}

describe('a metered user', () => {
  test('has what was granted, once for a key', async () => {
    const first = await grantCredits(db, { userId, amountMicros: 500, note: 'welcome', key: 'once' });
    const again = await grantCredits(db, { userId, amountMicros: 900, note: null, key: 'once' });
    expect(again).toEqual({ grant: first.grant, replayed: true });
    await Promise.all(Array.from({ length: 20 }, () => grantCredits(db, { userId, amountMicros: 7, note: null, key: 'storm' })));
    expect(await readBalance(db, userId)).toMatchObject({ available_micros: 507, held_micros: 0 });
  });

  test('is refused without a balance, and nothing is stored, not even the key', async () => {
    const generation = wish(10, { idempotency: { route: 'v2', key: 'poor', requestHash: 'hash' } });
    expect(await acceptGenerations(db, [generation], metered)).toEqual({
      accepted: [],
      refused: [{ generation_id: generation.generation_id, refused_by: 'balance', room_micros: 0 }],
    });
    expect(await findGeneration(db, userId, generation.generation_id)).toBeUndefined();
    expect(await findIdempotencyKey(db, { userId, route: 'v2', key: 'poor' })).toBeUndefined();
    expect(await transfersOf(generation.generation_id)).toEqual([]);
    await grant(10);
    expect((await acceptGenerations(db, [generation], metered)).accepted).toHaveLength(1);
  });

  test('gets of one batch what fits, in its order', async () => {
    await grant(10);
    const batch = [8, 5, 2, 1].map((hold) => wish(hold));
    const { accepted, refused } = await acceptGenerations(db, batch, metered);
    expect(ids(accepted)).toEqual(ids([batch[0]!, batch[2]!]));
    expect(refused).toEqual([
      { generation_id: batch[1]?.generation_id, refused_by: 'balance', room_micros: 2 },
      { generation_id: batch[3]?.generation_id, refused_by: 'balance', room_micros: 0 },
    ]);
    expect(await readBalance(db, userId)).toMatchObject({ available_micros: 0, held_micros: 10 });
  });

  test('pays once for a key, whatever else of the batch has it', async () => {
    await grant(10);
    const keyed = () => wish(10, { idempotency: { route: 'v2', key: 'same', requestHash: 'hash' } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => acceptGenerations(db, [keyed(), keyed()], metered)));
    expect(answers.flatMap(({ accepted }) => accepted)).toHaveLength(1);
    expect(answers.flatMap(({ refused }) => refused)).toEqual([]);
  });

  test('with a balance for one gets one of 200 at once, and so does everybody else', async () => {
    const everybody = await Promise.all(Array.from({ length: 10 }, (_, index) => aUser(db, `test:race${index}`)));
    await Promise.all(everybody.map((user) => grant(100, user)));
    const batches = Array.from({ length: 200 }, (_, index) =>
      everybody.map((_, place) => aGeneration(everybody[(place + index) % everybody.length]!, { hold_micros: 100 })),
    );
    const answers = await Promise.all(batches.map((batch) => acceptGenerations(db, batch, metered)));
    expect(answers.flatMap(({ accepted }) => accepted)).toHaveLength(everybody.length);
    expect(answers.flatMap(({ refused }) => refused)).toHaveLength(199 * everybody.length);
    for (const user of everybody) expect(await readBalance(db, user)).toMatchObject({ available_micros: 0, held_micros: 100 });
  });

  test('pays what was delivered and gets the rest back', async () => {
    await grant(100_000);
    const { lease } = await take(wish(70_000), metered);
    await finishGeneration(db, lease, delivered(0.052695), 's');
    expect(await transfersOf(lease.generationId)).toEqual([
      'hold user:me > hold:me 70000',
      'settle hold:me > revenue 52695',
      'release hold:me > user:me 17305',
    ]);
    expect(await readBalance(db, userId)).toMatchObject({ available_micros: 47_305, held_micros: 0 });
    expect(await findGeneration(db, userId, lease.generationId)).toMatchObject({ credits_used: '0.052695' });
  });

  test('never pays more than was held; the rest is booked as the operator’s loss', async () => {
    await grant(70_000);
    const { lease } = await take(wish(70_000), metered);
    await finishGeneration(db, lease, delivered(0.08), 's');
    expect(await transfersOf(lease.generationId)).toEqual([
      'hold user:me > hold:me 70000',
      'settle hold:me > revenue 70000',
      'overrun overrun > revenue 10000',
    ]);
    expect(await findGeneration(db, userId, lease.generationId)).toMatchObject({ credits_used: '0.0700' });
    expect((await listTransfers(db, { userId, before: null, limit: 10 })).map(({ kind }) => kind)).toEqual(['settle', 'hold', 'grant']);
  });

  test.for(['failed', 'canceled', 'expired'])('pays nothing when it %s', async (how) => {
    await grant(50);
    const generation = wish(50, how === 'expired' ? { deadline_seconds: -1 } : {});
    const generationId = generation.generation_id;
    await acceptGenerations(db, [generation], metered);
    if (how === 'canceled') await cancelPending(db, { userId, generationId }, failed, 's');
    else if (how === 'expired') await expireGeneration(db, generationId, failed, 's');
    else {
      const claimed = await claimGeneration(db, { generationId, owner: 'test', leaseMs: 60_000 });
      await finishGeneration(db, { generationId, epoch: claimed?.lease_epoch ?? 0 }, failed, 's');
    }
    expect(await transfersOf(generationId)).toEqual(['hold user:me > hold:me 50', 'release hold:me > user:me 50']);
    expect(await readBalance(db, userId)).toMatchObject({ available_micros: 50, held_micros: 0 });
  });

  test('is settled once, whatever ends at the same time and whoever has lost the lease', async () => {
    await grant(500);
    const { lease } = await take(wish(50), metered);
    await expireLease(db, lease.generationId);
    const next = await claimGeneration(db, { generationId: lease.generationId, owner: 'next', leaseMs: 60_000 });
    expect(await finishGeneration(db, lease, delivered(0.00005), 's')).toBeNull();
    expect(await transfersOf(lease.generationId)).toHaveLength(1);
    const held = { ...lease, epoch: next?.lease_epoch ?? 0 };
    await Promise.all(Array.from({ length: 20 }, (_, index) => finishGeneration(db, held, index % 2 ? delivered(0.00002) : failed, 's')));
    const kinds = (await transfersOf(lease.generationId)).map((line) => line.split(' ')[0]);
    expect(kinds.filter((kind) => kind === 'release')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'settle').length).toBeLessThanOrEqual(1);
  });

  test('reads their history by pages, newest first', async () => {
    for (const amount of [1, 2, 3, 4, 5]) await grant(amount);
    const first = await listTransfers(db, { userId, before: null, limit: 2 });
    expect(first.map(({ change_micros }) => change_micros)).toEqual([5, 4]);
    const second = await listTransfers(db, { userId, before: first.at(-1)?.id ?? 0, limit: 9 });
    expect(second.map(({ amount_micros }) => amount_micros)).toEqual([3, 2, 1]);
  });
});

test('without metering nobody needs a balance, and the ledger is kept all the same', async () => {
  const { lease } = await take(wish(70_000));
  await finishGeneration(db, lease, delivered(0.035), 's');
  expect(await transfersOf(lease.generationId)).toEqual([
    'hold grants > grant_hold:me 70000',
    'settle grant_hold:me > revenue 35000',
    'release grant_hold:me > grants 35000',
  ]);
  expect(await db.selectFrom('credit_balances').selectAll().where('user_id', '=', userId).execute()).toEqual([]);
});

test('a hold knows where it came from, even when metering is switched on or off before it ends', async () => {
  await grant(70);
  const { lease: paid } = await take(wish(70), metered);
  const { lease: free } = await take(wish(30));
  await finishGeneration(db, paid, failed, 's');
  await finishGeneration(db, free, failed, 's');
  expect(await readBalance(db, userId)).toMatchObject({ available_micros: 70, held_micros: 0 });
});

test.for([
  ['changed', sql`update ledger_transfers set note = null`],
  ['deleted', sql`delete from ledger_transfers`],
  ['emptied', sql`truncate ledger_transfers`],
] as const)('the ledger is never %s', async ([, statement]) => {
  await expect(statement.execute(db)).rejects.toThrow(/append-only/);
});

describe('what attempts cost', () => {
  const lost: AttemptOutcome = { state: 'unknown', error: { code: 'OUTCOME_UNKNOWN', message: 'lost' }, costMicros: 0 };
  const twoCalls = () => {
    const generation = wish(90);
    const [call] = generation.plan.calls;
    if (!call) throw new Error('no call');
    generation.plan.calls = [
      { ...call, images: 2 },
      { ...call, images: 1 },
    ];
    return generation;
  };

  async function anAttempt(generation = wish(90)) {
    const { claimed, lease } = await take(generation);
    const intent = anIntent(claimed);
    await recordIntent(db, lease, intent);
    return {
      lease,
      intent,
      outcome: (outcome: AttemptOutcome, epoch = lease.epoch) => recordOutcome(db, { ...lease, epoch }, intent.id, outcome),
    };
  }

  test('is booked once with its outcome, also when the generation fails', async () => {
    const { lease, outcome } = await anAttempt();
    const rejected: AttemptOutcome = { state: 'failed', error: { code: 'INVALID_IMAGE', message: 'torn' }, costMicros: 35 };
    expect(await outcome(rejected)).toBe(true);
    expect(await outcome(rejected)).toBe(false);
    await finishGeneration(db, lease, failed, 's');
    expect(await transfersOf(lease.generationId)).toEqual([
      'hold grants > grant_hold:me 90',
      'cost provider_cost > provider:fal 35',
      'release grant_hold:me > grants 90',
    ]);
  });

  test('is not booked by one who has lost the lease', async () => {
    const { lease, outcome } = await anAttempt();
    expect(await outcome({ state: 'succeeded', images: [image], costMicros: 35 }, lease.epoch + 1)).toBe(false);
    expect(await transfersOf(lease.generationId)).toHaveLength(1);
  });

  test('is suspected by the share of the call while the outcome is unknown, and no longer when it is known', async () => {
    const { lease, outcome } = await anAttempt(twoCalls());
    await outcome(lost);
    await outcome(lost);
    expect((await transfersOf(lease.generationId)).slice(1)).toEqual(['suspense provider_suspense > provider:fal 60']);
    await outcome({ state: 'succeeded', images: [image], costMicros: 50 });
    expect((await transfersOf(lease.generationId)).slice(2).toSorted()).toEqual([
      'cost provider_cost > provider:fal 50',
      'suspense_reversal provider:fal > provider_suspense 60',
    ]);
  });

  test('counts for the provider’s day where it is capped: first the hold, then the cost alone', async () => {
    const capped = { ...metered, metered: false, dailyCapPerProviderMicros: 100 };
    const generation = wish(90);
    const { claimed, lease } = await take(generation, capped);
    const spent = async () => (await listProviderSpend(db)).map(({ spent_micros }) => spent_micros);
    expect(await spent()).toEqual([90]);
    const intent = anIntent(claimed);
    await recordIntent(db, lease, intent);
    await recordOutcome(db, lease, intent.id, lost);
    expect(await spent()).toEqual([180]);
    await recordOutcome(db, lease, intent.id, { state: 'succeeded', images: [image], costMicros: 40 });
    await finishGeneration(db, lease, delivered(0.00004), 's');
    expect(await spent()).toEqual([40]);
  });
});

describe('daily caps', () => {
  const capped: CreditTerms = { metered: false, dailyCapPerUserMicros: 100, dailyCapPerProviderMicros: 250 };

  test('hold for a user over everything that comes at once, and say what is left', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => acceptGenerations(db, [wish(30)], capped)));
    expect(answers.flatMap(({ accepted }) => accepted)).toHaveLength(3);
    const refused = answers.flatMap((answer) => answer.refused);
    expect(new Set(refused.map(({ refused_by, room_micros }) => `${refused_by} ${room_micros}`))).toEqual(new Set([`user:${userId} 10`]));
  });

  test('hold for a provider over all users, and leave the others alone', async () => {
    const everybody = await Promise.all(Array.from({ length: 4 }, (_, index) => aUser(db, `test:many${index}`)));
    const answers = await Promise.all(
      everybody.map((user) =>
        acceptGenerations(
          db,
          [aGeneration(user, { hold_micros: 100 }), aGeneration(user, { hold_micros: 100, engine: 'replicate' })],
          capped,
        ),
      ),
    );
    expect(answers.flatMap(({ accepted }) => accepted)).toHaveLength(4);
    const reasons = answers.flatMap(({ refused }) => refused.map(({ refused_by }) => refused_by));
    expect(reasons).toHaveLength(4);
  });

  test('give back what was not spent', async () => {
    const { lease } = await take(wish(100), capped);
    expect(await readBalance(db, userId)).toMatchObject({ spent_today_micros: 100 });
    await finishGeneration(db, lease, delivered(0.00002), 's');
    expect(await readBalance(db, userId)).toMatchObject({ spent_today_micros: 20 });
    expect((await acceptGenerations(db, [wish(80)], capped)).accepted).toHaveLength(1);
  });

  test('leave the counters alone for what was accepted without them', async () => {
    const { lease } = await take(wish(100));
    await take(wish(50), capped);
    await finishGeneration(db, lease, delivered(0.0001), 's');
    expect(await readBalance(db, userId)).toMatchObject({ spent_today_micros: 50 });
  });

  test('work beside metering', async () => {
    await grant(60);
    const both = { ...capped, metered: true };
    const { accepted, refused } = await acceptGenerations(db, [wish(50), wish(20)], both);
    expect(accepted).toHaveLength(1);
    expect(refused[0]).toMatchObject({ refused_by: 'balance', room_micros: 10 });
  });
});
