import type { WebhookEvent } from '@imagegen/core/webhooks/webhook-event';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';
import type { DisabledReason } from '../outgoing-webhook-tables.ts';

const columns = [
  'id',
  'url',
  'description',
  'events',
  'disabled_at',
  'disabled_reason',
  'failing_since',
  'previous_until',
  'created_at',
  'updated_at',
] as const;

export type EndpointRow = NonNullable<Awaited<ReturnType<typeof findEndpoint>>>;

/** A registered endpoint of this user. */
export async function findEndpoint(db: Executor, userId: number, id: string) {
  return db
    .selectFrom('webhook_endpoints')
    .select(columns)
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('registered', '=', true)
    .executeTakeFirst();
}

/** Newest first. */
export async function listEndpoints(db: Executor, userId: number): Promise<EndpointRow[]> {
  return db
    .selectFrom('webhook_endpoints')
    .select(columns)
    .where('user_id', '=', userId)
    .where('registered', '=', true)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
}

export type NewEndpoint = {
  id: string;
  userId: number;
  url: string;
  description: string;
  events: readonly WebhookEvent[];
  enabled: boolean;
  secret: string;
};

/** `taken`: the user has one with this URL; `full`: the user has `mostEndpoints`. */
export async function insertEndpoint(
  db: Executor,
  { id, userId, url, description, events, enabled, secret }: NewEndpoint,
  mostEndpoints: number,
): Promise<EndpointRow | 'taken' | 'full'> {
  const { rows } = await sql<EndpointRow | { id: null; is_full: boolean }>`
    with held as (
      select count(*) >= ${mostEndpoints}::bigint as is_full from webhook_endpoints where user_id = ${userId} and registered
    ), made as (
      insert into webhook_endpoints (id, user_id, registered, url, description, events, secret, disabled_at, disabled_reason)
      select ${id}, ${userId}::bigint, true, ${url}, ${description}, ${[...events]}::text[], ${secret},
        case when not ${enabled}::boolean then now() end, case when not ${enabled}::boolean then 'owner' end
      from held where not is_full
      on conflict (user_id, url) do nothing
      returning id, url, description, events, disabled_at, disabled_reason, failing_since, previous_until, created_at, updated_at
    )
    select made.*, is_full from held left join made on true`.execute(db);
  const row = rows[0];
  if (!row) throw new Error('a statement that always answers did not');
  if (row.id === null) return row.is_full ? 'full' : 'taken';
  return row;
}

export type EndpointChanges = {
  url?: string | undefined;
  description?: string | undefined;
  events?: readonly WebhookEvent[] | undefined;
  enabled?: boolean | undefined;
};

/**
 * Changes what is given. Enabling forgets earlier failures: what waits is sent at once. Undefined when it is not a registered endpoint of this
 * user; null when they have another one with that URL.
 */
export async function updateEndpoint(
  db: Executor,
  userId: number,
  { id, url, description, events, enabled }: EndpointChanges & { id: string },
): Promise<EndpointRow | undefined | null> {
  const health = {
    disabled_at: enabled ? null : sql<Date>`coalesce(disabled_at, now())`,
    disabled_reason: enabled ? null : sql<DisabledReason>`coalesce(disabled_reason, 'owner')`,
    ...(enabled && { failures: 0, failing_since: null, resume_at: sql<Date>`now()` }),
  };
  return db
    .updateTable('webhook_endpoints')
    .set({
      ...(url !== undefined && { url }),
      ...(description !== undefined && { description }),
      ...(events && { events: [...events] }),
      ...(enabled !== undefined && health),
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('registered', '=', true)
    .returning(columns)
    .executeTakeFirst()
    .catch((error: unknown) => {
      if (isUniqueViolation(error)) return null;
      throw error;
    });
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}

/** With all its deliveries. */
export async function deleteEndpoint(db: Executor, userId: number, id: string): Promise<boolean> {
  const result = await db
    .deleteFrom('webhook_endpoints')
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('registered', '=', true)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** The old secret signs as well for 24 h. When that ends; null when it is not a registered endpoint of this user. */
export async function rotateEndpointSecret(
  db: Executor,
  userId: number,
  { id, secret }: { id: string; secret: string },
): Promise<Date | null> {
  const row = await db
    .updateTable('webhook_endpoints')
    .set({
      secret,
      previous_secret: sql<string>`secret`,
      previous_until: sql<Date>`now() + interval '24 hours'`,
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('registered', '=', true)
    .returning('previous_until')
    .executeTakeFirst();
  return row?.previous_until ?? null;
}

/** What signs for URLs that nobody registered; `fresh` becomes it when the user has none. */
export async function ensureDefaultSecret(
  db: Executor,
  userId: number,
  fresh: string,
): Promise<{ secret: string; previous_secret: string | null }> {
  await db
    .insertInto('webhook_secrets')
    .values({ user_id: userId, secret: fresh })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return db
    .selectFrom('webhook_secrets')
    .select(['secret', sql<string | null>`case when previous_until > now() then previous_secret end`.as('previous_secret')])
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();
}

/** When the secret before stops signing as well; null when there was none. */
export async function rotateDefaultSecret(db: Executor, userId: number, secret: string): Promise<Date | null> {
  const row = await db
    .insertInto('webhook_secrets')
    .values({ user_id: userId, secret })
    .onConflict((conflict) =>
      conflict.column('user_id').doUpdateSet({
        secret,
        previous_secret: sql<string>`webhook_secrets.secret`,
        previous_until: sql<Date>`now() + interval '24 hours'`,
      }),
    )
    .returning('previous_until')
    .executeTakeFirstOrThrow();
  return row.previous_until;
}

/** Of all users, registered or not: those whose last attempt failed and those that were disabled for it; longest first. */
export async function listFailingEndpoints(db: Executor, limit: number) {
  return db
    .selectFrom('webhook_endpoints as w')
    .innerJoin('users', 'users.id', 'w.user_id')
    .select([
      'w.id',
      'w.user_id',
      'users.subject',
      'w.registered',
      'w.url',
      'w.failures',
      'w.failing_since',
      'w.disabled_at',
      'w.disabled_reason',
      (eb) =>
        eb
          .selectFrom('webhook_deliveries as d')
          .select((count) => count.fn.countAll<number>().as('pending'))
          .whereRef('d.endpoint_id', '=', 'w.id')
          .where('d.status', '=', 'pending')
          .as('pending'),
    ])
    .where('w.failing_since', 'is not', null)
    .orderBy('w.failing_since')
    .orderBy('w.id')
    .limit(limit)
    .execute();
}
