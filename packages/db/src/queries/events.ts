import type { EventType } from '@imagegen/core/generation/event';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';
import type { Lease } from './claims.ts';

export type Progress = { type: EventType; progress: number; queuePosition: number | null };

/** Appends a line to the log of a generation in progress; its seq, or null when the lease is lost. Progress never goes backwards. */
export async function appendEvent(db: Executor, lease: Lease, event: Progress): Promise<number | null> {
  const { rows } = await sql<{ seq: number }>`/* prepare: append_event */
    with generation as (
      update generation_history_v2
      set event_seq = event_seq + 1, claims = 0, progress = greatest(progress, ${event.progress}::smallint), queue_position = ${event.queuePosition}::int
      where generation_id = ${lease.generationId} and lease_epoch = ${lease.epoch} and status = 'processing'
      returning generation_id, event_seq, status, progress, queue_position
    )
    insert into generation_events (generation_id, seq, type, status, progress, queue_position)
    select generation_id, event_seq, ${event.type}, status, progress, queue_position from generation
    returning seq`.execute(db);
  return rows[0]?.seq ?? null;
}

/** The log of one generation after `afterSeq`, in order. */
export async function listEvents(db: Executor, generationId: string, afterSeq: number) {
  return db
    .selectFrom('generation_events')
    .select(['seq', 'type', 'status', 'progress', 'queue_position', 'at'])
    .where('generation_id', '=', generationId)
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(1_000)
    .execute();
}
