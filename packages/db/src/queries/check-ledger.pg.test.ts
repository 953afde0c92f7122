import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aGeneration, aUser } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations } from './accept-generations.ts';
import { checkLedger, isSound } from './check-ledger.ts';
import { grantCredits } from './credits.ts';
import { cancelPending } from './finish-generation.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
beforeEach(async () => {
  database = await createMigratedDatabase();
  db = database.db;
  userId = await aUser(db);
  await grantCredits(db, { userId, amountMicros: 2_000_000, note: null, key: 'start' });
});
afterEach(() => database[Symbol.asyncDispose]());

async function accept(): Promise<string> {
  const generation = aGeneration(userId);
  const terms = { metered: true, dailyCapPerUserMicros: null, dailyCapPerProviderMicros: null };
  await acceptGenerations(db, [generation], terms);
  return generation.generation_id;
}

async function cancel(generationId: string): Promise<void> {
  await cancelPending(db, { userId, generationId }, { status: 'failed', error: { code: 'CANCELED', message: 'no' } }, 's');
}

async function faultsFound(): Promise<string[]> {
  const report = await checkLedger(db);
  expect(isSound(report)).toBe(false);
  return Object.entries(report.faults).flatMap(([name, found]) => (found.length > 0 ? [name] : []));
}

test('an untouched ledger is sound, and tells what lies where', async () => {
  await cancel(await accept());
  await accept();
  const report = await checkLedger(db);
  expect(isSound(report)).toBe(true);
  expect(report.sumMicros).toBe(0);
  expect(report.accounts).toEqual([
    { account: 'grants', micros: -2_000_000 },
    { account: 'hold:*', micros: 1_000_000 },
    { account: 'user:*', micros: 1_000_000 },
  ]);
});

test('a balance that somebody changed is found', async () => {
  await sql`update credit_balances set available_micros = available_micros + 1`.execute(db);
  expect(await faultsFound()).toEqual(['balances that differ from their transfers']);
  await sql`delete from credit_balances`.execute(db);
  expect(await faultsFound()).toEqual(['balances that differ from their transfers']);
});

test('a hold whose generation ended by another hand is found, and one whose generation is gone', async () => {
  const ended = await accept();
  await sql`update generation_history_v2 set status = 'failed', completed_at = now() where generation_id = ${ended}`.execute(db);
  expect(await faultsFound()).toEqual(['holds without an open generation']);
  await sql`delete from generation_history_v2`.execute(db);
  expect(await faultsFound()).toEqual(['holds without an open generation']);
});

test('an open generation without a hold is found', async () => {
  await accept();
  await sql`
    insert into generation_history_v2 (generation_id, request_id, user_id, provider, engine, api, settings, plan, routing,
      estimated_cost_micros, estimated_time_seconds, deadline_at)
    select 'gen_stray', 'req_stray', user_id, provider, engine, api, settings, plan, routing, 1, 1, now() from generation_history_v2 limit 1`.execute(
    db,
  );
  expect(await faultsFound()).toEqual(['open generations without a hold']);
});

test('a settlement beyond the hold is found, and one that its generation does not show', async () => {
  const generationId = await accept();
  await cancel(generationId);
  await sql`
    insert into ledger_transfers (generation_id, kind, debit_account, credit_account, amount_micros)
    values (${generationId}, 'settle', 'grants', 'revenue', 5)`.execute(db);
  expect(await faultsFound()).toEqual([
    'generations whose hold is not settled plus released',
    'generations that show other credits than were settled',
  ]);
});
