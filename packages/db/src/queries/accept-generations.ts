import { type CreditTerms, unlimitedCredits } from '@imagegen/core/credits/terms';
import { engines } from '@imagegen/core/engines/catalogue';
import type { EngineId } from '@imagegen/core/engines/engine';
import type { Adjustment } from '@imagegen/core/generation/adjustment';
import type { GenerationSettings } from '@imagegen/core/generation/settings';
import type { ProviderPlan } from '@imagegen/core/mapping/provider-plan';
import type { Fallback } from '@imagegen/core/routing/plan-fallbacks';
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
  /** Where it may move when its engine fails, none dearer than the hold. */
  fallbacks: Fallback[];
  metadata: Record<string, string>;
  estimated_cost_micros: number;
  /** Set aside until it ends, and the most it can cost its user. Above 0. */
  hold_micros: number;
  estimated_time_seconds: number;
  deadline_seconds: number;
  /** Who is told how it ends, beside registered endpoints. */
  webhook_url: string | null;
  /** Where the worker hears of it. */
  subject: string;
  idempotency: { route: string; key: string; requestHash: string } | null;
};

export type AcceptedRow = { generation_id: string; outbox_id: number };

/** `refused_by`: the balance, or the scope of the daily cap (`user:<id>`, `provider:<name>`) that has room for `room_micros` only. */
export type RefusedRow = { generation_id: string; refused_by: string; room_micros: number };

/**
 * The one commit behind every 2xx: idempotency key, generation, hold, first event and outbox row of each generation, in a single statement
 * for any number of them. A generation whose idempotency key is taken is left out of the answer, and one that its balance or a cap has no
 * room for is refused; nothing of either is stored.
 */
export async function acceptGenerations(
  db: Executor,
  generations: readonly NewGeneration[],
  terms: CreditTerms = unlimitedCredits,
): Promise<{ accepted: AcceptedRow[]; refused: RefusedRow[] }> {
  const input = JSON.stringify(
    generations.map(({ idempotency, ...generation }) => ({
      ...generation,
      loras: generation.settings.loras ?? [],
      company: engines[generation.engine].provider,
      route: idempotency?.route,
      key: idempotency?.key,
      request_hash: idempotency?.requestHash,
    })),
  );
  const { rows } = await (decidesAnything(terms) ? acceptOnTerms(input, terms) : acceptAll(input)).execute(db);
  return {
    accepted: rows.flatMap(({ generation_id, outbox_id }) => (outbox_id === null ? [] : [{ generation_id, outbox_id }])),
    refused: rows.flatMap(({ generation_id, refused_by, room_micros }) =>
      refused_by === null ? [] : [{ generation_id, refused_by, room_micros: room_micros ?? 0 }],
    ),
  };
}

type Decision = { generation_id: string; outbox_id: number | null; refused_by: string | null; room_micros: number | null };

function decidesAnything({ metered, dailyCapPerUserMicros, dailyCapPerProviderMicros }: CreditTerms): boolean {
  return metered || dailyCapPerUserMicros !== null || dailyCapPerProviderMicros !== null;
}

/** Where nobody can be refused, no row is shared by two generations, and none is locked. */
function acceptAll(input: string) {
  return sql<Decision>`/* prepare: accept_generations */
    with ${rowsOf(input)}, claimed as (
      insert into idempotency_keys (user_id, route, key, request_hash, generation_id)
      select user_id, route, key, request_hash, generation_id from input where key is not null
      on conflict do nothing
      returning generation_id
    ), ${store({
      from: sql`input where key is null or generation_id in (select generation_id from claimed)`,
      spendScopes: sql`null::text[]`,
      concerned: sql`null::bigint`,
      heldFrom: sql`'grants'`,
      heldIn: sql`'grant_hold:'`,
    })}
    select generation_id, outbox_id, null::text as refused_by, null::bigint as room_micros from rung`;
}

function acceptOnTerms(input: string, { metered, dailyCapPerUserMicros, dailyCapPerProviderMicros }: CreditTerms) {
  return sql<Decision>`/* prepare: accept_generations_on_terms */
    with ${rowsOf(input)}, decided as materialized (
      select * from reserve_credits(${input}::jsonb, ${metered}::boolean, ${dailyCapPerUserMicros}::bigint, ${dailyCapPerProviderMicros}::bigint)
    ), ${store({
      from: sql`input join decided using (generation_id) where refused_by is null`,
      spendScopes: sql`spend_scopes`,
      concerned: sql`case when ${metered} then user_id end`,
      heldFrom: sql`case when ${metered} then 'user:' || user_id else 'grants' end`,
      heldIn: sql`case when ${metered} then 'hold:' else 'grant_hold:' end`,
    })}
    select generation_id, outbox_id, null as refused_by, null as room_micros from rung
    union all
    select generation_id, null, refused_by, room_micros from decided where refused_by is not null`;
}

type Fragment = ReturnType<typeof sql>;

function rowsOf(input: string): Fragment {
  return sql`input as materialized (
      select * from jsonb_to_recordset(${input}::jsonb) as row (
        generation_id text, request_id text, user_id bigint, provider text, engine text, api text, settings jsonb, loras jsonb, plan jsonb,
        adjustments jsonb, routing jsonb, fallbacks jsonb, metadata jsonb, estimated_cost_micros bigint, hold_micros bigint, estimated_time_seconds int,
        deadline_seconds int, webhook_url text, subject text, route text, key text, request_hash text)
    )`;
}

/** `concerned`: in whose history the hold stands; nobody's where it takes nothing from a balance. */
function store(parts: Record<'from' | 'spendScopes' | 'concerned' | 'heldFrom' | 'heldIn', Fragment>): Fragment {
  const { from, spendScopes, concerned, heldFrom, heldIn } = parts;
  return sql`accepted as (
      insert into generation_history_v2 (generation_id, request_id, user_id, provider, engine, api, settings, loras, plan, adjustments,
        routing, fallbacks, metadata, estimated_cost_micros, hold_micros, spend_scopes, estimated_time_seconds, webhook_url, deadline_at)
      select generation_id, request_id, user_id, provider, engine, api, settings, loras, plan, adjustments,
        routing, fallbacks, metadata, estimated_cost_micros, hold_micros, ${spendScopes}, estimated_time_seconds, webhook_url, now() + make_interval(secs => deadline_seconds)
      from ${from}
      returning generation_id, user_id, hold_micros
    ), held as (
      insert into ledger_transfers (generation_id, user_id, kind, debit_account, credit_account, amount_micros)
      select generation_id, ${concerned}, 'hold', ${heldFrom}, ${heldIn} || user_id, hold_micros from accepted
    ), logged as (
      insert into generation_events (generation_id, seq, type, status, progress)
      select generation_id, 1, 'accepted', 'pending', 0 from accepted
    ), rung as (
      insert into outbox (subject, payload)
      select input.subject, jsonb_build_object('v', 1, 'generation_id', accepted.generation_id)
      from accepted join input using (generation_id)
      returning id as outbox_id, payload ->> 'generation_id' as generation_id
    )`;
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
