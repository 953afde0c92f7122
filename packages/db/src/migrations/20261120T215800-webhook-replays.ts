import { type Kysely, sql } from 'kysely';

/**
 * A delivery is known by the id its provider gave it (`webhook_id`), so that one submission may be called back about more than once and a
 * repeated delivery is still seen. What belongs to no attempt stays parked: `processed_at` is null.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table webhook_inbox add column webhook_id text, add column processed_at timestamptz`.execute(db);
  await sql`update webhook_inbox set webhook_id = provider_request_id, processed_at = received_at`.execute(db);
  await sql`
    alter table webhook_inbox alter column webhook_id set not null, drop constraint webhook_inbox_pkey, add primary key (provider, webhook_id)
  `.execute(db);
  await sql`create index webhook_inbox_parked on webhook_inbox (received_at) where processed_at is null`.execute(db);
}
