import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

/**
 * Brings the webhooks of these generations up to date with their logs: a delivery for every event that somebody wants to be told of and none
 * was made for yet. Registered endpoints hear what they ask for, from when they were made; the URL of the request hears how it ended, through
 * the endpoint that is registered for it, or one that stands for its origin. Exactly one delivery per event and endpoint, however often and
 * wherever this runs. The number of new deliveries.
 */
export async function addDeliveries(db: Executor, generationIds: readonly string[]): Promise<number> {
  if (generationIds.length === 0) return 0;
  await sql`
    insert into webhook_endpoints (id, user_id, registered, url)
    select 'whe_' || replace(gen_random_uuid()::text, '-', ''), user_id, false, origin
    from (
      select distinct user_id, ${originOf(sql`webhook_url`)} as origin
      from generation_history_v2 g
      where generation_id = any(${generationIds}::text[]) and webhook_url is not null and status in ('completed', 'failed')
        and not exists (select from webhook_endpoints w where w.user_id = g.user_id and w.url = g.webhook_url)
    ) as named
    order by user_id, origin
    on conflict do nothing`.execute(db);
  const { numAffectedRows } = await sql`
    insert into webhook_deliveries (endpoint_id, user_id, generation_id, seq, type, url)
    select w.id, g.user_id, g.generation_id, e.seq, 'generation.' || e.type, case when not w.registered then g.webhook_url end
    from generation_history_v2 g
      join webhook_endpoints w on w.user_id = g.user_id
      join generation_events e on e.generation_id = g.generation_id
    where g.generation_id = any(${generationIds}::text[]) and (
      (w.registered and w.disabled_at is null and e.at >= w.created_at and 'generation.' || e.type = any(w.events))
      or (e.status in ('completed', 'failed') and case when w.registered then w.url = g.webhook_url
        else w.url = ${originOf(sql`g.webhook_url`)} and not exists (
          select from webhook_endpoints own where own.user_id = g.user_id and own.registered and own.url = g.webhook_url) end))
    order by w.id, g.generation_id, e.seq
    on conflict (endpoint_id, generation_id, seq) do nothing`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** Of a URL as `URL.href` spells it. */
function originOf(url: ReturnType<typeof sql>) {
  return sql`substring(${url} from '^https?://[^/]+')`;
}
