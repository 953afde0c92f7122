import type { EventType } from '@imagegen/core/generation/event';
import type { GenerationStatus } from '@imagegen/core/generation/status';
import type { Failover, Receipt } from '@imagegen/core/routing/receipt';
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

/** The log of one generation after `afterSeq`, in order, a page of it at most. */
export async function listEvents(db: Executor, generationId: string, afterSeq: number): Promise<LoggedEvent[]> {
  const [log = []] = await readLogs(db, [{ generationId, afterSeq }]);
  return log;
}

/** Where a reader of a log stands: at the event with this seq, 0 before the first. */
export type LogPosition = { generationId: string; afterSeq: number };

/** Events per log that one look gives at most. */
export const logPageSize = 200;

export type LoggedEvent = {
  seq: number;
  type: EventType;
  status: GenerationStatus;
  progress: number;
  queue_position: number | null;
  at: Date;
  /** Of `accepted`. */
  routing: Receipt | null;
  /** Of `failed_over`. */
  failover: Failover | null;
};

/** What comes after each of these positions, in their order, each in the order of its log. */
export async function readLogs(db: Executor, positions: readonly LogPosition[]): Promise<LoggedEvent[][]> {
  const ids = positions.map(({ generationId }) => generationId);
  const afterSeqs = positions.map(({ afterSeq }) => afterSeq);
  const { rows } = await sql<LoggedEvent & { position: number }>`/* prepare: read_logs */
    select position::int, seq, type, status, progress, queue_position, at,
      case type when 'accepted' then (select routing - 'failovers' from generation_history_v2 g where g.generation_id = event.generation_id) end as routing,
      case type when 'failed_over' then (
        select routing -> 'failovers' -> (
          select count(*)::int from generation_events earlier
          where earlier.generation_id = event.generation_id and earlier.type = 'failed_over' and earlier.seq < event.seq
        ) from generation_history_v2 g where g.generation_id = event.generation_id
      ) end as failover
    from unnest(${ids}::text[], ${afterSeqs}::int[]) with ordinality as asked (generation_id, after_seq, position)
    cross join lateral (
      select * from generation_events where generation_id = asked.generation_id and seq > after_seq order by seq limit ${logPageSize}
    ) as event
    order by position, seq`.execute(db);
  const logs = positions.map((): LoggedEvent[] => []);
  for (const { position, ...event } of rows) logs[position - 1]?.push(event);
  return logs;
}

/** One line of a log, for as long as it is kept. */
export async function findEvent(db: Executor, generationId: string, seq: number) {
  return db
    .selectFrom('generation_events')
    .select(['status', 'progress', 'queue_position', 'at'])
    .where('generation_id', '=', generationId)
    .where('seq', '=', seq)
    .executeTakeFirst();
}
