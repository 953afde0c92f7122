import { engines } from '@imagegen/core/engines/catalogue';
import { engineIds } from '@imagegen/core/engines/engine';
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
 * The terminal commit: status, images, credits, last event and its outbox row, and the user's oldest waiting generation due at once, with
 * its outbox row. Null when the lease is lost or the generation is already terminal; then nothing has changed.
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
  const { rows } = await sql<{ id: number; subject: string; seq: number | null; generation_id: string }>`${which.hint ?? sql``}
    with generation as (
      update generation_history_v2
      set status = ${end.status}::generation_status, event_seq = event_seq + 1, completed_at = now(), lease_until = null, lease_owner = null,
        lease_epoch = lease_epoch + 1, queue_position = null,
        progress = case when ${completed} then 100 else progress end,
        generation_time = (extract(epoch from clock_timestamp() - coalesce(started_at, created_at)) * 1000)::int,
        images = ${completed ? JSON.stringify(end.images) : '[]'}::jsonb,
        credits_used = ${completed ? end.creditsUsed : 0}::numeric,
        delivery_adjustments = ${completed ? JSON.stringify(end.adjustments) : '[]'}::jsonb,
        error = ${completed ? null : JSON.stringify(end.error)}::jsonb
      where ${which.where}
      returning generation_id, user_id, event_seq, status, progress
    ), event as (
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

function toRing({ id, generation_id, subject }: { id: number; generation_id: string; subject: string }): Ring {
  return { outboxId: id, generationId: generation_id, subject };
}
