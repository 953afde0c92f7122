import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';
import type { DeliveryStatus } from '../outgoing-webhook-tables.ts';

const columns = [
  'id',
  'delivery_id',
  'endpoint_id',
  'generation_id',
  'seq',
  'type',
  'url',
  'status',
  'attempts',
  'next_attempt_at',
  'created_at',
  'finished_at',
] as const;

export type DeliveryRow = NonNullable<Awaited<ReturnType<typeof findDelivery>>>;

export async function findDelivery(db: Executor, userId: number, deliveryId: string) {
  return db
    .selectFrom('webhook_deliveries')
    .select(columns)
    .where('delivery_id', '=', deliveryId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
}

export type DeliveryFilter = {
  userId: number;
  endpointId?: string | undefined;
  generationId?: string | undefined;
  statuses?: readonly DeliveryStatus[] | undefined;
};

/** Newest first, from before the delivery with number `before`. */
export async function listDeliveries(
  db: Executor,
  { userId, endpointId, generationId, statuses }: DeliveryFilter,
  { before, limit }: { before: number | null; limit: number },
): Promise<DeliveryRow[]> {
  return db
    .selectFrom('webhook_deliveries')
    .select(columns)
    .where('user_id', '=', userId)
    .$if(endpointId !== undefined, (query) => query.where('endpoint_id', '=', endpointId ?? ''))
    .$if(generationId !== undefined, (query) => query.where('generation_id', '=', generationId ?? ''))
    .$if(statuses !== undefined, (query) => query.where('status', 'in', statuses ?? []))
    .$if(before !== null, (query) => query.where('id', '<', before ?? 0))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/**
 * Makes a delivery due at once, with its whole schedule before it, unless it is being sent right now. What it was told before stays in its
 * log. Its endpoint is tried at once as well.
 */
export async function deliverAgain(db: Executor, deliveryId: string): Promise<void> {
  await sql`
    with delivery as (
      update webhook_deliveries set status = 'pending', tries = 0, next_attempt_at = now(), finished_at = null
      where delivery_id = ${deliveryId} and status <> 'sending'
      returning endpoint_id
    )
    update webhook_endpoints set resume_at = now() where id in (select endpoint_id from delivery) and resume_at > now()`.execute(db);
}

/** Forgets deliveries older than `keptDays`, delivered or not, and origins that none is left for. How many deliveries. */
export async function pruneDeliveries(db: Executor, { keptDays, limit }: { keptDays: number; limit: number }): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from webhook_deliveries where id in (
      select id from webhook_deliveries where created_at < now() - make_interval(days => ${keptDays}::int) order by id limit ${limit}::int)
  `.execute(db);
  await sql`
    delete from webhook_endpoints w
    where not registered and created_at < now() - interval '1 day'
      and not exists (select from webhook_deliveries d where d.endpoint_id = w.id)`.execute(db);
  return Number(numAffectedRows ?? 0);
}
