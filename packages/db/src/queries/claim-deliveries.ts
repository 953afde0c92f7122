import { type RawBuilder, sql } from 'kysely';
import type { Database, Executor } from '../open-database.ts';
import type { DeliveryAttempt } from '../outgoing-webhook-tables.ts';

/** Any number, as long as nothing else takes the same advisory lock. */
const claimLock = 7_230_002;

/** An endpoint that fails is left alone for 1, 2, 4 … seconds, up to this; then with one try at a time. */
const longestPauseSeconds = 300;

export type ClaimedDelivery = {
  id: number;
  claim: number;
  delivery_id: string;
  endpoint_id: string;
  user_id: number;
  generation_id: string | null;
  seq: number | null;
  type: string;
  url: string;
  tries: number;
  /** Null: the user's default one. */
  secret: string | null;
  /** While it still signs as well. */
  previous_secret: string | null;
};

const claimed = (deliveries: RawBuilder<unknown>) => sql`
  select d.id, d.claim, d.delivery_id, d.endpoint_id, d.user_id, d.generation_id, d.seq, d.type, coalesce(d.url, w.url) as url, d.tries,
    w.secret, case when w.previous_until > now() then w.previous_secret end as previous_secret
  from ${deliveries} d join webhook_endpoints w on w.id = d.endpoint_id`;

type Share = { limit: number; perEndpoint: number; perUser: number; leaseMs: number };

/**
 * Takes deliveries that are due, the longest due of each endpoint first, at most `perEndpoint` and `perUser` of them under way at once over all
 * replicas. Endpoints are looked at one by one, so that none waits behind another's backlog. What a replica took and did not finish within its
 * lease is taken again. Empty also while another replica claims.
 */
export async function claimDeliveries(db: Database, { limit, perEndpoint, perUser, leaseMs }: Share): Promise<ClaimedDelivery[]> {
  return db.transaction().execute(async (transaction) => {
    const { rows: locked } = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${claimLock}) as mine`.execute(transaction);
    if (!locked[0]?.mine) return [];
    await sql`update webhook_deliveries set status = 'pending' where status = 'sending' and lease_until < now()`.execute(transaction);
    const { rows } = await sql<ClaimedDelivery>`
      with recursive waiting as (
        (select endpoint_id from webhook_deliveries where status = 'pending' order by endpoint_id limit 1)
        union all
        select (
          select d.endpoint_id from webhook_deliveries d
          where d.status = 'pending' and d.endpoint_id > waiting.endpoint_id order by d.endpoint_id limit 1)
        from waiting where waiting.endpoint_id is not null
      ), due as (
        select d.id, d.next_attempt_at, w.user_id, row_number() over (partition by w.user_id order by d.next_attempt_at, d.id) as place
        from waiting join webhook_endpoints w on w.id = waiting.endpoint_id
          cross join lateral (
            select count(*) as count from webhook_deliveries s where s.endpoint_id = w.id and s.status = 'sending') as busy
          cross join lateral (
            select id, next_attempt_at from webhook_deliveries p
            where p.endpoint_id = w.id and p.status = 'pending' and p.next_attempt_at <= now()
            order by p.next_attempt_at
            limit greatest(0, case when w.failures > 0 then 1 else ${perEndpoint}::bigint end - busy.count)) as d
        where w.disabled_at is null and w.resume_at <= now()
      ), busy_users as (
        select user_id, count(*) as count from webhook_deliveries where status = 'sending' group by user_id
      ), chosen as (
        select id from webhook_deliveries
        where id in (
          select due.id from due left join busy_users using (user_id)
          where place + coalesce(count, 0) <= ${perUser}::bigint order by next_attempt_at limit ${limit}::bigint)
        for update skip locked
      ), taken as (
        update webhook_deliveries set status = 'sending', claim = claim + 1,
          lease_until = now() + make_interval(secs => ${leaseMs / 1000}::float8)
        where id in (select id from chosen)
        returning *
      )
      ${claimed(sql`taken`)}`.execute(transaction);
    return rows;
  });
}

/** A sample for an endpoint of this user, already in the caller's hands; null when there is none. */
export async function addTestDelivery(
  db: Executor,
  { userId, endpointId, leaseMs }: { userId: number; endpointId: string; leaseMs: number },
): Promise<ClaimedDelivery | null> {
  const { rows } = await sql<ClaimedDelivery>`
    with taken as (
      insert into webhook_deliveries (endpoint_id, user_id, type, status, claim, lease_until)
      select id, user_id, 'webhook.test', 'sending', 1, now() + make_interval(secs => ${leaseMs / 1000}::float8)
      from webhook_endpoints where id = ${endpointId} and user_id = ${userId} and registered
      returning *
    )
    ${claimed(sql`taken`)}`.execute(db);
  return rows[0] ?? null;
}

/**
 * What comes of an attempt. `gone`: the endpoint wants no more. `ofEndpoint`: whether the attempt says something about the endpoint, which a
 * sample does not.
 */
export type Verdict = { status: 'delivered' | 'failed' | 'pending'; retryInMs: number; gone: boolean; ofEndpoint: boolean };

/**
 * Writes down an attempt and what follows from it, for the delivery and for its endpoint. An endpoint that answered 410, or at which nothing
 * went well for `giveUpMs`, is disabled; `disabled` says so once. Null when somebody else has taken the delivery since; nothing has changed.
 */
export async function recordDelivery(
  db: Executor,
  { id, claim }: Pick<ClaimedDelivery, 'id' | 'claim'>,
  { attempt, verdict, giveUpMs }: { attempt: DeliveryAttempt; verdict: Verdict; giveUpMs: number },
): Promise<{ disabled: boolean } | null> {
  const delivered = verdict.status === 'delivered';
  const { rows } = await sql<{ disabled: boolean }>`
    with delivery as (
      update webhook_deliveries set status = ${verdict.status}, tries = tries + 1, lease_until = null,
        attempts = ${keptAttempts} || jsonb_build_array(${JSON.stringify(attempt)}::jsonb),
        next_attempt_at = now() + make_interval(secs => ${verdict.retryInMs / 1000}::float8),
        finished_at = case when ${verdict.status !== 'pending'}::boolean then now() end
      where id = ${id} and claim = ${claim} and status = 'sending'
      returning endpoint_id
    ), endpoint as (
      update webhook_endpoints w set failures = case when ${delivered}::boolean then 0 else least(failures + 1, 1000) end,
        failing_since = case when not ${delivered}::boolean then coalesce(failing_since, now()) end,
        resume_at = case when ${delivered}::boolean then now()
          else now() + make_interval(secs => least(${longestPauseSeconds}::float8, 2 ^ least(failures, 10))) end,
        disabled_at = coalesce(disabled_at, case when ${isGivenUp(verdict, giveUpMs)} then now() end),
        disabled_reason = coalesce(disabled_reason, case when ${isGivenUp(verdict, giveUpMs)}
          then case when ${verdict.gone}::boolean then 'gone' else 'failing' end end)
      from delivery
      where w.id = delivery.endpoint_id and ${verdict.ofEndpoint}::boolean and not (${delivered}::boolean and failing_since is null)
      returning disabled_at is not distinct from now() as disabled
    )
    select coalesce((select disabled from endpoint), false) as disabled from delivery`.execute(db);
  return rows[0] ?? null;
}

/** The last ones are enough of a log for what is delivered again and again. */
const keptAttempts = sql`(
  select coalesce(jsonb_agg(entry order by place), '[]') from jsonb_array_elements(attempts) with ordinality as each (entry, place)
  where place > jsonb_array_length(attempts) - 19)`;

/** Only registered endpoints can be disabled; the others end with their deliveries. */
function isGivenUp({ status, gone }: Verdict, giveUpMs: number) {
  return sql`(registered and ${status !== 'delivered'}::boolean
    and (${gone}::boolean or failing_since < now() - make_interval(secs => ${giveUpMs / 1000}::float8)))`;
}

/** Gives a delivery back untried: its process stops. */
export async function releaseDelivery(db: Executor, { id, claim }: Pick<ClaimedDelivery, 'id' | 'claim'>): Promise<void> {
  await sql`
    update webhook_deliveries set status = 'pending', lease_until = null where id = ${id} and claim = ${claim} and status = 'sending'`.execute(
    db,
  );
}

/** Seconds since the longest due delivery should have been sent, endpoints that are disabled or left alone apart; 0 when there is none. */
export async function dueDeliveryAgeSeconds(db: Executor): Promise<number> {
  const { rows } = await sql<{ age: number }>`
    select coalesce(max(extract(epoch from now() - greatest(d.next_attempt_at, w.resume_at))), 0)::float8 as age
    from webhook_endpoints w
      cross join lateral (
        select next_attempt_at from webhook_deliveries p where p.endpoint_id = w.id and p.status = 'pending'
        order by next_attempt_at limit 1) as d
    where w.disabled_at is null and w.resume_at <= now() and d.next_attempt_at <= now()`.execute(db);
  return rows[0]?.age ?? 0;
}
