import type { EngineId } from '@imagegen/core/engines/engine';
import type { Adjustment } from '@imagegen/core/generation/adjustment';
import type { GenerationSettings } from '@imagegen/core/generation/settings';
import type { ProviderPlan } from '@imagegen/core/mapping/provider-plan';
import type { Receipt } from '@imagegen/core/routing/receipt';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

export type NewGeneration = {
  generation_id: string;
  request_id: string;
  user_id: number;
  provider: string;
  engine: EngineId;
  api: string;
  settings: GenerationSettings;
  plan: ProviderPlan;
  adjustments: Adjustment[];
  routing: Receipt;
  metadata: Record<string, string>;
  estimated_cost_micros: number;
  estimated_time_seconds: number;
  deadline_seconds: number;
  /** Where the worker hears of it. */
  subject: string;
  idempotency: { route: string; key: string; requestHash: string } | null;
};

export type AcceptedRow = { generation_id: string; outbox_id: number };

/**
 * The one commit behind every 2xx: idempotency key, generation, first event and outbox row of each generation, in a single statement
 * for any number of them. A generation whose idempotency key is taken is left out of the answer, and nothing of it is stored.
 */
export async function acceptGenerations(db: Executor, generations: readonly NewGeneration[]): Promise<AcceptedRow[]> {
  const input = JSON.stringify(
    generations.map(({ idempotency, ...generation }) => ({
      ...generation,
      loras: generation.settings.loras ?? [],
      route: idempotency?.route,
      key: idempotency?.key,
      request_hash: idempotency?.requestHash,
    })),
  );
  const { rows } = await sql<AcceptedRow>`/* prepare: accept_generations */
    with input as materialized (
      select * from jsonb_to_recordset(${input}::jsonb) as row (
        generation_id text, request_id text, user_id bigint, provider text, engine text, api text, settings jsonb, loras jsonb, plan jsonb,
        adjustments jsonb, routing jsonb, metadata jsonb, estimated_cost_micros bigint, estimated_time_seconds int, deadline_seconds int,
        subject text, route text, key text, request_hash text)
    ), claimed as (
      insert into idempotency_keys (user_id, route, key, request_hash, generation_id)
      select user_id, route, key, request_hash, generation_id from input where key is not null
      on conflict do nothing
      returning generation_id
    ), accepted as (
      insert into generation_history_v2 (generation_id, request_id, user_id, provider, engine, api, settings, loras, plan, adjustments,
        routing, metadata, estimated_cost_micros, estimated_time_seconds, deadline_at)
      select generation_id, request_id, user_id, provider, engine, api, settings, loras, plan, adjustments,
        routing, metadata, estimated_cost_micros, estimated_time_seconds, now() + make_interval(secs => deadline_seconds)
      from input where key is null or generation_id in (select generation_id from claimed)
      returning generation_id
    ), logged as (
      insert into generation_events (generation_id, seq, type, status, progress)
      select generation_id, 1, 'accepted', 'pending', 0 from accepted
    )
    insert into outbox (subject, payload)
    select input.subject, jsonb_build_object('v', 1, 'generation_id', accepted.generation_id)
    from accepted join input using (generation_id)
    returning id as outbox_id, payload ->> 'generation_id' as generation_id`.execute(db);
  return rows;
}

/** What an idempotency key stands for; keys live 48 h. */
export async function findIdempotencyKey(db: Executor, key: { userId: number; route: string; key: string }) {
  return db
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'generation_id'])
    .where('user_id', '=', key.userId)
    .where('route', '=', key.route)
    .where('key', '=', key.key)
    .executeTakeFirst();
}

export async function pruneIdempotencyKeys(db: Executor): Promise<number> {
  const result = await db
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', sql<Date>`now() - interval '48 hours'`)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
