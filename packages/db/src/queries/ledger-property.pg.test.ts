import { newId, newToken } from '@imagegen/runtime/ids';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aGeneration, anIntent, aUser } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { acceptGenerations } from './accept-generations.ts';
import { type AttemptOutcome, recordIntent, recordOutcome } from './attempts.ts';
import { checkLedger } from './check-ledger.ts';
import { claimGeneration } from './claims.ts';
import { grantCredits } from './credits.ts';
import { cancelPending, expireGeneration, finishGeneration, type GenerationEnd } from './finish-generation.ts';

let database: MigratedDatabase;
let db: Database;
beforeAll(async () => {
  database = await createMigratedDatabase(12);
  db = database.db;
  // Whoever counts from the start of the day counts everything.
  await sql`insert into daily_spend (day, scope) values ((now() at time zone 'UTC')::date, 'provider:fal')`.execute(db);
});
afterAll(() => database[Symbol.asyncDispose]());

const image = { sha256: 'b'.repeat(64), content_type: 'image/jpeg', width: 64, height: 64, bytes: 5, seed: 42, placeholder: 'p' };
const failure = { code: 'PROVIDER_ERROR', message: 'no' };
const failed = { status: 'failed' as const, error: failure };

type Known = { generationId: string; userId: number };
type World = { users: number[]; known: Known[] };

/** Everything that happens to money, by small numbers so that balances run out and ends meet. */
const micros = fc.integer({ min: 1, max: 60 });
const whose = fc.nat({ max: 1 });
const which = fc.nat({ max: 30 });
const step = fc.oneof(
  { weight: 1, arbitrary: fc.record({ do: fc.constant('grant'), whose, micros }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('accept'),
      wishes: fc.array(fc.record({ whose, micros, key: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: null }) }), {
        minLength: 1,
        maxLength: 5,
      }),
      metered: fc.boolean(),
      cap: fc.option(fc.integer({ min: 50, max: 500 }), { nil: null }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver'), which, micros, stale: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail'), which, micros, lost: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel'), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire'), which }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

async function take({ known }: World, index: number): Promise<{ generationId: string; epoch: number } | null> {
  const chosen = known[index % Math.max(1, known.length)];
  const claimed = chosen && (await claimGeneration(db, { generationId: chosen.generationId, owner: newToken(), leaseMs: 60_000 }));
  return claimed ? { generationId: claimed.generation_id, epoch: claimed.lease_epoch } : null;
}

async function attempt(lease: { generationId: string; epoch: number }, outcomes: AttemptOutcome[]): Promise<void> {
  const intent = anIntent({ engine: 'flux-standard' }, { id: newId('att') });
  if (!(await recordIntent(db, lease, intent))) return;
  for (const outcome of outcomes) await recordOutcome(db, lease, intent.id, outcome);
}

async function perform(world: World, doing: Step): Promise<void> {
  const userOf = (index: number) => world.users[index] ?? 0;
  if ('wishes' in doing) {
    const generations = doing.wishes.map(({ whose: index, micros: hold, key }) =>
      aGeneration(userOf(index), {
        hold_micros: hold,
        estimated_cost_micros: hold,
        idempotency: key === null ? null : { route: 'v2', key, requestHash: 'hash' },
      }),
    );
    const terms = { metered: doing.metered, dailyCapPerUserMicros: doing.cap, dailyCapPerProviderMicros: doing.cap && doing.cap * 3 };
    const { accepted } = await acceptGenerations(db, generations, terms);
    const ids = new Set(accepted.map(({ generation_id }) => generation_id));
    world.known.push(
      ...generations
        .filter(({ generation_id }) => ids.has(generation_id))
        .map((each) => ({ generationId: each.generation_id, userId: each.user_id })),
    );
  } else if ('whose' in doing) {
    await grantCredits(db, { userId: userOf(doing.whose), amountMicros: doing.micros, note: null, key: newToken() });
  } else if ('stale' in doing) {
    const lease = await take(world, doing.which);
    if (!lease) return;
    await attempt(lease, [{ state: 'succeeded', images: [image], costMicros: doing.micros }]);
    const end: GenerationEnd = { status: 'completed', images: [image], creditsUsed: doing.micros / 1e6, adjustments: [] };
    const stale = { ...lease, epoch: lease.epoch - 1 };
    await Promise.all([finishGeneration(db, doing.stale ? stale : lease, end, 's'), finishGeneration(db, lease, end, 's')]);
  } else if ('lost' in doing) {
    const lease = await take(world, doing.which);
    if (!lease) return;
    const lost: AttemptOutcome = { state: 'unknown', error: failure, costMicros: 0 };
    await attempt(lease, [...(doing.lost ? [lost, lost] : []), { state: 'failed', error: failure, costMicros: doing.micros }]);
    await finishGeneration(db, lease, failed, 's');
  } else {
    const chosen = world.known[doing.which % Math.max(1, world.known.length)];
    if (!chosen) return;
    if (doing.do === 'cancel') await cancelPending(db, chosen, failed, 's');
    else {
      await sql`update generation_history_v2 set deadline_at = now() - interval '1 s' where generation_id = ${chosen.generationId}`.execute(
        db,
      );
      await expireGeneration(db, chosen.generationId, failed, 's');
    }
  }
}

/** Of users of one run, each: what was granted is what is available, held and settled; and the counters of the day agree with the ledger. */
async function accountsOf(userIds: number[]) {
  const { rows } = await sql<{ granted: number; rest: number }>`
    select coalesce(sum(amount_micros) filter (where kind = 'grant'), 0)::int8 as granted,
      (coalesce(min(available_micros), 0) + coalesce(min(held_micros), 0)
        + coalesce(sum(amount_micros) filter (where kind = 'settle' and debit_account = 'hold:' || t.user_id), 0))::int8 as rest
    from ledger_transfers t left join credit_balances using (user_id) where user_id = any(${userIds}::bigint[]) group by user_id`.execute(
    db,
  );
  return rows;
}

/** Of users what is settled and held, of providers what is held and what attempts cost or are suspected of. */
async function wrongCounters() {
  const { rows } = await sql`
    select scope, spent_micros, counted from daily_spend join (
      select scope, sum(micros) as counted from (
        select scope, case when status in ('pending', 'processing') then hold_micros when scope like 'user:%' then credits_used * 1000000 else 0 end as micros
        from generation_history_v2, unnest(spend_scopes) as scope
        union all
        select account, case kind when 'suspense_reversal' then -amount_micros else amount_micros end
        from ledger_transfers, lateral (select case kind when 'suspense_reversal' then debit_account else credit_account end as account) as booked
        where attempt_id is not null
      ) parts group by scope
    ) counted using (scope)
    where spent_micros <> counted`.execute(db);
  return rows;
}

it('whatever happens in whatever order and at once, nothing is lost, created or charged twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 10 }), async (rounds) => {
      const world: World = { users: [await aUser(db, newToken()), await aUser(db, newToken())], known: [] };
      for (const round of rounds) await Promise.all(round.map((doing) => perform(world, doing)));
      const { sumMicros, faults } = await checkLedger(db);
      expect(sumMicros).toBe(0);
      expect(Object.values(faults).flat()).toEqual([]);
      expect(await wrongCounters()).toEqual([]);
      for (const { granted, rest } of await accountsOf(world.users)) expect(rest).toBe(granted);
    }),
    { numRuns: 25 },
  );
});
