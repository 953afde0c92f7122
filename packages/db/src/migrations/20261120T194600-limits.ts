import { type Kysely, sql } from 'kysely';

/**
 * Counters of calls, and the two moments at which a user's place among the running is taken and passed on. Both moments hold the user's
 * lock from before they look until they are committed, and look with a snapshot taken under that lock, which a single statement cannot:
 * so two claims never see the same last place, and no generation starts to wait unseen by the one that ends.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create unlogged table rate_limits (
      user_id bigint not null,
      bucket text not null,
      window_number bigint not null,
      calls int not null check (calls >= 0),
      earlier_calls int not null default 0,
      most_calls int not null,
      granted int not null,
      primary key (user_id, bucket)
    ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`.execute(db);

  await sql`
    create function may_run(asking_user_id bigint, most_running int) returns boolean language plpgsql volatile as $$
    begin
      perform pg_advisory_xact_lock(hashtextextended('running', asking_user_id));
      return most_running > (select count(*) from generation_history_v2 where user_id = asking_user_id and status = 'processing');
    end $$`.execute(db);

  await sql`
    create function wake_waiting(ended_user_id bigint) returns table (woken_id text, woken_engine text) language plpgsql volatile as $$
    begin
      perform pg_advisory_xact_lock(hashtextextended('running', ended_user_id));
      return query
        update generation_history_v2 set next_attempt_at = now(), rung_at = now()
        where generation_id = (
          select generation_id from generation_history_v2
          where user_id = ended_user_id and status = 'pending' and next_attempt_at > now() and deadline_at > now()
          order by id limit 1 for update skip locked)
        returning generation_id, engine;
    end $$`.execute(db);
}
