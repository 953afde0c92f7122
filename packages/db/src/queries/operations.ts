import type { EngineId } from '@imagegen/core/engines/engine';
import type { AttemptState } from '@imagegen/core/generation/output';
import type { GenerationStatus } from '@imagegen/core/generation/status';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';
import type { Role, StoredError } from '../tables.ts';

export type EngineQueue = {
  engine: EngineId;
  /** Nobody has begun them. */
  waiting: number;
  /** Of those, the ones whose time has not come: they wait before another try, or for a place of their user's. */
  held_back: number;
  running: number;
  oldest_seconds: number;
};

/** Open generations by engine; of more than `most` only so many are looked at. */
export async function readQueues(db: Executor, most: number): Promise<EngineQueue[]> {
  const { rows } = await sql<EngineQueue>`
    select engine, (count(*) filter (where status = 'pending'))::int as waiting,
      (count(*) filter (where status = 'pending' and next_attempt_at > now()))::int as held_back,
      (count(*) filter (where status = 'processing'))::int as running,
      extract(epoch from now() - min(created_at))::float8 as oldest_seconds
    from (
      select engine, status, next_attempt_at, created_at from generation_history_v2
      where status in ('pending', 'processing') order by rung_at limit ${most}::int) as counted
    group by engine`.execute(db);
  return rows;
}

export type OutboxState = { waiting: number; oldest_seconds: number };

/** Messages that are not known to be delivered, counted up to `most`; their ids are in the order of time. */
export async function readOutbox(db: Executor, most: number): Promise<OutboxState> {
  const { rows } = await sql<OutboxState>`
    select count(*)::int as waiting, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest_seconds
    from (select created_at from outbox order by id limit ${most}::int) as counted`.execute(db);
  return rows[0] ?? { waiting: 0, oldest_seconds: 0 };
}

export type Trouble = {
  generation_id: string;
  user_id: number;
  user: string;
  engine: EngineId;
  api: string;
  status: GenerationStatus;
  error: StoredError | null;
  created_at: Date;
  completed_at: Date | null;
  attempts: { try: number; call: number; engine: EngineId; state: AttemptState; error: StoredError | null; cost_micros: number | null }[];
};

/**
 * Of everybody, newest first: what failed within `hours`, and of up to `mostOpen` open generations those that are at it for a second time.
 * At most `limit` of each.
 */
export async function listTroubled(
  db: Executor,
  { hours, limit, mostOpen }: { hours: number; limit: number; mostOpen: number },
): Promise<Trouble[]> {
  const { rows } = await sql<Trouble>`
    with failed as (
      select id from generation_history_v2
      where status = 'failed' and error ->> 'code' <> 'CANCELED' and completed_at > now() - make_interval(hours => ${hours}::int)
      order by completed_at desc limit ${limit}::int
    ), struggling as (
      select id from (
        select id, status, tries from generation_history_v2
        where status in ('pending', 'processing') order by rung_at limit ${mostOpen}::int) as open
      where tries > 1 or (tries = 1 and status = 'pending') order by id desc limit ${limit}::int
    )
    select g.generation_id, g.user_id, u.subject as "user", g.engine, g.api, g.status, g.error, g.created_at, g.completed_at, tried.attempts
    from (select id from failed union all select id from struggling) as troubled
    join generation_history_v2 g using (id) join users u on u.id = g.user_id
    cross join lateral (
      select coalesce(jsonb_agg(jsonb_build_object('try', a.try, 'call', a.call, 'engine', a.engine, 'state', a.state, 'error', a.error,
        'cost_micros', a.cost_micros) order by a.try, a.call), '[]') as attempts
      from generation_attempts a where a.generation_id = g.generation_id) as tried
    order by coalesce(g.completed_at, now()) desc, g.id desc`.execute(db);
  return rows;
}

/** Whose a generation is, by either of its ids; a deleted one is nobody's. */
export async function findOwner(db: Executor, id: string): Promise<{ id: number; role: Role } | undefined> {
  return db
    .selectFrom('generation_history_v2 as g')
    .innerJoin('users as u', 'u.id', 'g.user_id')
    .select(['u.id', 'u.role'])
    .where(id.startsWith('req_') ? 'g.request_id' : 'g.generation_id', '=', id)
    .where('g.deleted_at', 'is', null)
    .executeTakeFirst();
}
