import { engines } from '@imagegen/core/engines/catalogue';
import { engineIds } from '@imagegen/core/engines/engine';
import { usdToMicros } from '@imagegen/core/estimate/money';
import type { Adjustment } from '@imagegen/core/generation/adjustment';
import { subjects } from '@imagegen/core/messages/subjects';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';
import type { StoredError, StoredImage } from '../tables.ts';
import type { Lease } from './claims.ts';

export type GenerationEnd =
  | { status: 'completed'; images: StoredImage[]; creditsUsed: number; adjustments: Adjustment[] }
  | { status: 'failed'; error: StoredError };

/** `next`: the generation of the same user that waited for this one's place, to be rung for. */
export type Announcement = { outboxId: number; seq: number; next?: Ring };
type Ring = { outboxId: number; generationId: string; subject: string };

/** The subject of every engine's work, without the generation's id at its end. */
const workSubjects = JSON.stringify(Object.fromEntries(engineIds.map((id) => [id, subjects.requested(engines[id].provider, '')])));

/**
 * The terminal commit: status, images, the end of the hold, last event and its outbox row, and the user's oldest waiting generation due at
 * once, with its outbox row. Null when the lease is lost or the generation is already terminal; then nothing has changed.
 */
export async function finishGeneration(db: Executor, lease: Lease, end: GenerationEnd, eventSubject: string): Promise<Announcement | null> {
  return finish(
    db,
    {
      hint: sql`/* prepare: finish_generation */`,
      where: sql`generation_id = ${lease.generationId} and lease_epoch = ${lease.epoch} and status = 'processing'`,
    },
    end,
    eventSubject,
  );
}

/** Ends a generation that nobody holds: its deadline has passed and its lease, if any, is over. */
export async function expireGeneration(
  db: Executor,
  generationId: string,
  end: GenerationEnd & { status: 'failed' },
  eventSubject: string,
) {
  return finish(
    db,
    {
      where: sql`generation_id = ${generationId} and status in ('pending', 'processing') and deadline_at < now() and (lease_until is null or lease_until < now())`,
    },
    end,
    eventSubject,
  );
}

/** Ends a generation of this user that nobody has begun; one that somebody works on is asked to stop with `requestCancel`. */
export async function cancelPending(
  db: Executor,
  { userId, generationId }: { userId: number; generationId: string },
  end: GenerationEnd & { status: 'failed' },
  eventSubject: string,
) {
  return finish(db, { where: sql`generation_id = ${generationId} and user_id = ${userId} and status = 'pending'` }, end, eventSubject);
}

type Fragment = ReturnType<typeof sql>;

async function finish(
  db: Executor,
  which: { where: Fragment; hint?: Fragment },
  end: GenerationEnd,
  eventSubject: string,
): Promise<Announcement | null> {
  const completed = end.status === 'completed';
  const costMicros = completed ? usdToMicros(end.creditsUsed) : 0;
  const { rows } = await sql<{ id: number; subject: string; seq: number | null; generation_id: string }>`${which.hint ?? sql``}
    with generation as (
      update generation_history_v2
      set status = ${end.status}::generation_status, event_seq = event_seq + 1, completed_at = now(), lease_until = null, lease_owner = null,
        lease_epoch = lease_epoch + 1, queue_position = null,
        progress = case when ${completed} then 100 else progress end,
        generation_time = (extract(epoch from clock_timestamp() - coalesce(started_at, created_at)) * 1000)::int,
        images = ${completed ? JSON.stringify(end.images) : '[]'}::jsonb,
        credits_used = ${asCredits(sql`least(hold_micros, ${costMicros}::bigint)`)},
        delivery_adjustments = ${completed ? JSON.stringify(end.adjustments) : '[]'}::jsonb,
        error = ${completed ? null : JSON.stringify(end.error)}::jsonb
      where ${which.where}
      returning generation_id, user_id, event_seq, status, progress, created_at, spend_scopes
    ), ${settle(costMicros)}, event as (
      insert into generation_events (generation_id, seq, type, status, progress)
      select generation_id, event_seq, ${end.status}, status, progress from generation
    ), outcome as (
      insert into generation_outcomes (generation_id, kind) select generation_id, 'ended' from generation
    )
    insert into outbox (subject, payload)
    select ${eventSubject}, jsonb_build_object('v', 1, 'generation_id', generation_id, 'seq', event_seq, 'type', ${end.status}::text) from generation
    union all
    select (${workSubjects}::jsonb ->> woken_engine) || woken_id, jsonb_build_object('v', 1, 'generation_id', woken_id)
    from generation, wake_waiting(user_id)
    returning id, subject, (payload ->> 'seq')::int as seq, payload ->> 'generation_id' as generation_id`.execute(db);
  const last = rows.find(({ seq }) => seq !== null);
  if (!last || last.seq === null) return null;
  const next = rows.find(({ seq }) => seq === null);
  return { outboxId: last.id, seq: last.seq, ...(next && { next: toRing(next) }) };
}

/**
 * Ends the hold: what was delivered is settled, at most the hold, and what it cost beyond is the operator's loss; the rest goes back to where
 * it was held from. Counters are locked after the balance and in order, as by `reserve_credits`; a provider's counter keeps nothing, for its
 * attempts have put in what they cost.
 */
function settle(costMicros: number): Fragment {
  return sql`hold as (
      select generation_id, generation.user_id, held.debit_account as held_from, held.credit_account as held_in, held.amount_micros as held,
        least(held.amount_micros, ${costMicros}::bigint) as settled
      from generation join ledger_transfers held using (generation_id)
      where held.kind = 'hold' and held.attempt_id is null
    ), booked as (
      insert into ledger_transfers (generation_id, user_id, kind, debit_account, credit_account, amount_micros)
      select generation_id, part.user_id, kind, debit_account, credit_account, amount_micros
      from hold, lateral (values
        (user_id, 'settle', held_in, 'revenue', settled),
        (case when held_from <> 'grants' then user_id end, 'release', held_in, held_from, held - settled),
        (null, 'overrun', 'overrun', 'revenue', ${costMicros}::bigint - settled)
      ) as part (user_id, kind, debit_account, credit_account, amount_micros)
      where amount_micros > 0
    ), balanced as (
      update credit_balances set available_micros = available_micros + held - settled, held_micros = held_micros - held
      from hold where credit_balances.user_id = hold.user_id and held_in = 'hold:' || hold.user_id
      returning 1
    ), counters as materialized (
      select day, scope, held, settled
      from generation join hold using (generation_id) cross join (select count(*) from balanced) as after_balance
        join daily_spend on day = (created_at at time zone 'UTC')::date and scope = any(spend_scopes)
      order by scope for update of daily_spend
    ), counted as (
      update daily_spend set spent_micros = spent_micros - held + case when daily_spend.scope like 'user:%' then settled else 0 end
      from counters where daily_spend.day = counters.day and daily_spend.scope = counters.scope
    )`;
}

/** Micro-credits as the decimals of the outside: at least the four that were always shown, and no zeros behind them. */
function asCredits(micros: Fragment): Fragment {
  const credits = sql`trim_scale(${micros}::numeric / 1000000)`;
  return sql`round(${credits}, greatest(4, scale(${credits})))`;
}

function toRing({ id, generation_id, subject }: { id: number; generation_id: string; subject: string }): Ring {
  return { outboxId: id, generationId: generation_id, subject };
}
