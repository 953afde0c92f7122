import type { Provider } from '@imagegen/core/engines/engine';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

/**
 * Remembers that a provider called back with this token, and makes an attempt that waits for exactly that due at once. Says nothing
 * about the outcome: the provider's service asks the provider itself. Storing it again changes nothing.
 */
export async function storeCallback(
  db: Executor,
  callback: { provider: Provider; providerRequestId: string; callbackToken: string },
): Promise<void> {
  await sql`
    with stored as (
      insert into webhook_inbox (provider, provider_request_id, callback_token)
      values (${callback.provider}, ${callback.providerRequestId}, ${callback.callbackToken})
      on conflict do nothing
    )
    update generation_history_v2 set next_attempt_at = now(), rung_at = now() - interval '1 hour'
    where status = 'processing' and lease_owner is null and generation_id in (
      select generation_id from generation_attempts
      where callback_token = ${callback.callbackToken} and provider = ${callback.provider} and state in ('intent', 'unknown'))`.execute(db);
}

/** The provider's id for a submission whose answer was lost, when the provider has called back. */
export async function findCallback(db: Executor, provider: Provider, callbackToken: string): Promise<string | null> {
  const row = await db
    .selectFrom('webhook_inbox')
    .select('provider_request_id')
    .where('provider', '=', provider)
    .where('callback_token', '=', callbackToken)
    .executeTakeFirst();
  return row?.provider_request_id ?? null;
}
