import type { TransferKind } from '@imagegen/core/credits/transfer';
import type { EngineId, Provider } from '@imagegen/core/engines/engine';
import type { Adjustment } from '@imagegen/core/generation/adjustment';
import type { EventType } from '@imagegen/core/generation/event';
import type { AttemptState } from '@imagegen/core/generation/output';
import type { GenerationSettings } from '@imagegen/core/generation/settings';
import type { GenerationStatus } from '@imagegen/core/generation/status';
import type { UsageDimension } from '@imagegen/core/insight/roll-up';
import type { PresetProvider, PresetSettings } from '@imagegen/core/library/preset';
import type { ProviderPlan } from '@imagegen/core/mapping/provider-plan';
import type { EngineOutcomes, KeyPresence } from '@imagegen/core/routing/engine-health';
import type { Fallback } from '@imagegen/core/routing/plan-fallbacks';
import type { Receipt } from '@imagegen/core/routing/receipt';
import type { ColumnType, Generated } from 'kysely';
import type { Json, NullableJson, NullableTime, Time } from './column-types.ts';
import type { OutgoingWebhookTables } from './outgoing-webhook-tables.ts';

/** A picture in the vault, as a generation remembers it. */
export type StoredImage = {
  sha256: string;
  content_type: string;
  width: number;
  height: number;
  bytes: number;
  seed: number | null;
  placeholder: string;
};

export type StoredError = { code: string; message: string; details?: Record<string, unknown> };

/** What a key may do: read, change things, use what is in beta, and, for admins, administrate. */
export type Scope = 'read' | 'generate' | 'beta' | 'admin';
export type Role = 'user' | 'admin';

type UsersTable = {
  id: Generated<number>;
  /** Who this is to the outside: `key:<name>` or the `sub` of a token. */
  subject: string;
  role: Generated<Role>;
  created_at: Time;
};

type ApiKeysTable = {
  id: string;
  user_id: number;
  name: string;
  /** SHA-256 of the whole key; the key itself is shown once and kept nowhere. */
  key_hash: Buffer;
  scopes: Generated<Scope[]>;
  created_at: Time;
  last_used_at: NullableTime;
  revoked_at: NullableTime;
};

/** Calls of one user in the window that runs and the one before; unlogged: a crash forgives them. */
type RateLimitsTable = {
  user_id: number;
  bucket: string;
  window_number: number;
  calls: number;
  earlier_calls: Generated<number>;
  most_calls: number;
  granted: number;
};

type GenerationsTable = {
  id: Generated<number>;
  generation_id: string;
  request_id: string;
  user_id: number;
  /** The provider label of PRD's answers: `fal-standard`, … */
  provider: string;
  engine: EngineId;
  /** The door it came through: `trpc`, `v2`, … */
  api: string;
  status: Generated<GenerationStatus>;
  settings: Json<GenerationSettings>;
  loras: Json<{ id: number; weight: number }[]>;
  plan: Json<ProviderPlan>;
  /** Known when it was accepted. */
  adjustments: Json<Adjustment[]>;
  /** Found out when the pictures came: fewer, or of another size. */
  delivery_adjustments: Json<Adjustment[]>;
  routing: Json<Receipt>;
  images: Json<StoredImage[]>;
  metadata: Json<Record<string, string>>;
  error: NullableJson<StoredError>;
  progress: Generated<number>;
  queue_position: number | null;
  credits_used: ColumnType<string, number | string | undefined, number | string>;
  estimated_cost_micros: number;
  /** Taken out of the balance when it was accepted; at most this much is settled. */
  hold_micros: Generated<number>;
  /** The counters of `daily_spend` that its hold went into, on the day it was accepted; null where no cap is configured. */
  spend_scopes: string[] | null;
  estimated_time_seconds: number;
  /** Milliseconds from the first claim to the stored picture. */
  generation_time: number | null;
  is_favorite: Generated<boolean>;
  event_seq: Generated<number>;
  tries: Generated<number>;
  lease_epoch: Generated<number>;
  /** Claims in a row from which nothing came: no progress, no release, no end. */
  claims: Generated<number>;
  lease_owner: string | null;
  lease_until: NullableTime;
  next_attempt_at: Time;
  rung_at: Time;
  started_at: NullableTime;
  deadline_at: Time;
  created_at: Time;
  completed_at: NullableTime;
  /** Its owner no longer wants to see it; what it cost stays. */
  deleted_at: NullableTime;
  /** Its pictures were kept for a day only, and that is over. */
  pictures_removed_at: NullableTime;
  /** Its owner wants it to stop; the worker that holds it does so. */
  cancel_requested_at: NullableTime;
  /** Where it may still move when its engine fails, in order; empty when the caller pinned the engine. */
  fallbacks: Json<Fallback[]>;
  /** Of `tries`, those made at engines it has left. */
  tries_elsewhere: Generated<number>;
  /** What the accept was answered with, once the generation has moved to another engine. */
  accepted_as: NullableJson<AcceptedAs>;
  /** Where its caller wants to be told how it ended. */
  webhook_url: string | null;
};

export type AcceptedAs = {
  provider: string;
  engine: EngineId;
  seed: number | null;
  adjustments: Adjustment[];
  estimated_time_seconds: number;
};

type AttemptsTable = {
  id: string;
  generation_id: string;
  try: number;
  call: number;
  engine: EngineId;
  provider: Provider;
  state: AttemptState;
  lease_epoch: number;
  seed: number | null;
  /** The unguessable part of this attempt's webhook URL. */
  callback_token: string;
  provider_request_id: string | null;
  provider_urls: NullableJson<Record<string, string>>;
  images: NullableJson<StoredImage[]>;
  error: NullableJson<StoredError>;
  cost_micros: number | null;
  created_at: Time;
  submitted_at: NullableTime;
  finished_at: NullableTime;
};

type WebhookInboxTable = {
  provider: Provider;
  /** The provider's id of the delivery. */
  webhook_id: string;
  provider_request_id: string;
  callback_token: string;
  received_at: Time;
  /** Null: to be looked at again. Its token belongs to no attempt that is known, or somebody held the generation. */
  processed_at: NullableTime;
};

type EventsTable = {
  generation_id: string;
  seq: number;
  type: EventType;
  status: GenerationStatus;
  progress: number;
  queue_position: number | null;
  at: Time;
};

type OutboxTable = {
  id: Generated<number>;
  subject: string;
  payload: Json<Record<string, unknown>>;
  created_at: Time;
};

type IdempotencyKeysTable = {
  user_id: number;
  route: string;
  key: string;
  request_hash: string;
  generation_id: string;
  created_at: Time;
};

type LorasTable = {
  id: number;
  slug: string;
  name: string;
  url: string;
  category: string;
  tags: string[];
  base_model: string;
  trigger_words: string[];
  thumbnail_url: string | null;
  description: Generated<string>;
  type: Generated<string>;
  personality: Generated<string>;
  file_size_mb: Generated<number>;
  usage_count: Generated<number>;
  weight_total: Generated<number>;
  created_at: Time;
};

type LoraCompatibilityTable = {
  id: Generated<number>;
  lora_id_1: number;
  lora_id_2: number;
  compatibility_score: ColumnType<string, number, number>;
  tested_count: number;
  success_rate: ColumnType<string, number, number>;
  success_count: number;
  favorite_count: number;
  notes: Generated<string>;
};

type PresetsTable = {
  id: Generated<number>;
  user_id: number;
  name: string;
  description: Generated<string>;
  /** An engine to pin, a company to prefer, or null: let routing decide. */
  provider: PresetProvider | null;
  settings: Json<PresetSettings>;
  loras: Json<{ id: number; weight: number }[]>;
  tags: Json<string[]>;
  /** An https URL, or `vault:<sha256>` for a picture of its owner. */
  thumbnail_url: string | null;
  usage_count: Generated<number>;
  is_public: Generated<boolean>;
  created_at: Time;
  updated_at: Time;
};

/** What happened and is not yet counted. */
type OutcomesTable = {
  id: Generated<number>;
  generation_id: string;
  kind: 'ended' | 'favorited' | 'unfavorited';
};

type UsageRollupsTable = {
  /** 0 stands for everybody. */
  user_id: number;
  dimension: UsageDimension;
  day: ColumnType<Date, string, string>;
  engine: EngineId;
  key: string;
  generations: number;
  completed: number;
  images: number;
  credits: ColumnType<string, number, number>;
  weight: number;
  time_buckets: number[];
};

type LedgerTransfersTable = {
  id: Generated<number>;
  /** Of a hold and its ends, and of what its attempts cost. */
  generation_id: string | null;
  attempt_id: string | null;
  /** In whose history it stands; null for what concerns the operator alone. */
  user_id: number | null;
  kind: TransferKind;
  debit_account: string;
  credit_account: string;
  amount_micros: number;
  /** The idempotency key of a grant. */
  reference: string | null;
  note: string | null;
  created_at: Time;
};

type CreditBalancesTable = { user_id: number; available_micros: Generated<number>; held_micros: Generated<number> };

/** `scope`: `user:<id>` or `provider:<name>`. */
type DailySpendTable = { day: ColumnType<Date, string, string>; scope: string; spent_micros: Generated<number> };

/** What every process of a provider's service says of itself, every few seconds. */
type HeartbeatsTable = {
  provider: Provider;
  instance: string;
  version: string;
  started_at: Time;
  seen_at: Time;
  key: KeyPresence;
  concurrency: number;
  running: number;
  engines: Json<EngineOutcomes[]>;
};

/** Sums of `usage_rollups` over the month that begins with this day. */
type UsageMonthsTable = Omit<UsageRollupsTable, 'day'> & { month: ColumnType<Date, string, string> };

export type Tables = OutgoingWebhookTables & {
  users: UsersTable;
  api_keys: ApiKeysTable;
  rate_limits: RateLimitsTable;
  generation_history_v2: GenerationsTable;
  generation_attempts: AttemptsTable;
  webhook_inbox: WebhookInboxTable;
  generation_events: EventsTable;
  outbox: OutboxTable;
  idempotency_keys: IdempotencyKeysTable;
  lora_models: LorasTable;
  lora_compatibility: LoraCompatibilityTable;
  generation_presets: PresetsTable;
  generation_outcomes: OutcomesTable;
  usage_rollups: UsageRollupsTable;
  usage_months: UsageMonthsTable;
  ledger_transfers: LedgerTransfersTable;
  credit_balances: CreditBalancesTable;
  daily_spend: DailySpendTable;
  provider_heartbeats: HeartbeatsTable;
};
