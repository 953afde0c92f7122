import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

/** A row exists exactly as long as its message is not known to be on the stream. `id` is the message's `Nats-Msg-Id`. */
export type OutboxRow = { id: number; subject: string; payload: Record<string, unknown> };

export async function insertOutbox(db: Executor, rows: readonly { subject: string; payload: Record<string, unknown> }[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('outbox')
    .values(rows.map(({ subject, payload }) => ({ subject, payload: JSON.stringify(payload) })))
    .execute();
}

/** Rows that nobody delivered within `olderThanMs`, locked for this transaction so that several relays share them. */
export async function lockStaleOutbox(db: Executor, olderThanMs: number, limit: number): Promise<OutboxRow[]> {
  return db
    .selectFrom('outbox')
    .select(['id', 'subject', 'payload'])
    .where('created_at', '<', sql<Date>`now() - make_interval(secs => ${olderThanMs / 1000}::float8)`)
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
}

export async function deleteOutbox(db: Executor, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`delete from outbox where id = any(${ids}::bigint[])`.execute(db);
}

/** Seconds since the oldest undelivered message was written; 0 when there is none. */
export async function outboxAgeSeconds(db: Executor): Promise<number> {
  const row = await db
    .selectFrom('outbox')
    .select(sql<number>`coalesce(extract(epoch from now() - min(created_at)), 0)::float8`.as('age'))
    .executeTakeFirstOrThrow();
  return row.age;
}
