import type { HistoryLine } from './history-line.ts';

/**
 * All that the checker knows: what clients wrote, what the providers' own books say, and what Postgres and the vault hold when everything is
 * quiet. Times are epoch milliseconds. Plain JSON, so that anybody can check a run again.
 */
export type Evidence = {
  history: HistoryLine[];
  purchases: Purchase[];
  generations: GenerationRow[];
  attempts: AttemptRow[];
  events: EventRow[];
  keys: KeyRow[];
  /** Null when there is no credit ledger. */
  credits: { transfers: TransferRow[]; balances: BalanceRow[] } | null;
  /** By SHA-256, each picture that a generation names: null when it is whole and is what its name says. */
  pictures: Record<string, PictureFacts>;
  /** Pictures in the vault that no generation names: made by somebody who was killed before the end. */
  orphans: number;
  quiet: QuietFacts;
  leaks: { where: string; secret: string }[];
  sometimes: Record<string, number>;
};

/** A line of the simulator's books. `token` is the attempt's, from the webhook URL; null where a provider knows no webhooks. */
export type Purchase = {
  id: string;
  provider: string;
  prompt: string;
  token: string | null;
  acceptedAt: number;
  outcome: 'running' | 'succeeded' | 'failed' | 'canceled';
  billed: boolean;
};

export type GenerationRow = {
  generation_id: string;
  request_id: string;
  user_id: number;
  status: string;
  prompt: string;
  engine: string;
  /** Provider calls that its plan needs. */
  calls: number;
  credits_micros: number;
  images: { sha256: string; width: number; height: number }[];
  error_code: string | null;
  event_seq: number;
  lease_epoch: number;
  is_held: boolean;
  created_at: number;
  completed_at: number | null;
  cancel_requested_at: number | null;
};

export type AttemptRow = {
  id: string;
  generation_id: string;
  try: number;
  call: number;
  provider: string;
  state: string;
  error_code: string | null;
  callback_token: string;
  provider_request_id: string | null;
  created_at: number;
};

export type EventRow = { generation_id: string; seq: number; type: string; status: string };
export type KeyRow = { user_id: number; key: string; generation_id: string };

export type TransferRow = {
  id: string;
  generation_id: string | null;
  attempt_id: string | null;
  kind: string;
  debit_account: string;
  credit_account: string;
  amount_micros: number;
};

export type BalanceRow = { user_id: number; available_micros: number; held_micros: number };

export type PictureFacts = { problem: string | null; width: number; height: number };

/** `recoveryMs`: from the end of the last fault to the first moment at which nothing was left to do; null: it never came. */
export type QuietFacts = { recoveryMs: number | null; limitMs: number; openGenerations: number; outboxRows: number; leases: number };
