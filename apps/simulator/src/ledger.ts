import { appendFileSync, closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Run } from './run.ts';
import type { Scenario } from './scenario.ts';
import type { ProviderName } from './standing-scenario.ts';

export type Settlement = {
  readonly finishedAtMs: number;
  readonly outcome: 'succeeded' | 'failed' | 'canceled';
  /** What the provider charges; 0: not billed. */
  readonly priceUsd: number;
};

/** One accepted request, with all that is needed to answer for it after a restart. */
export type Submission = {
  readonly id: string;
  readonly provider: ProviderName;
  readonly model: string;
  /** Version of a community model; null where the provider has none to show. */
  readonly version: string | null;
  readonly prompt: string;
  /** The input as it was sent, bulky values condensed (see condense.ts). */
  readonly input: Readonly<Record<string, unknown>>;
  /** The seed sent, or the one drawn for a request without. */
  readonly seed: number;
  readonly size: { readonly width: number; readonly height: number };
  /** Short hash of all reference images; null without any. */
  readonly reference: string | null;
  /** Why the run will fail on this input, in the provider's words (fal: its `detail` list, Replicate: its error text); null: it will not. */
  readonly problem: unknown;
  readonly scenario: Scenario;
  /** What it costs when it succeeds. */
  readonly quoteUsd: number;
  readonly run: Run;
  readonly deadlineAtMs: number | null;
  readonly webhook: { readonly url: string; readonly events: readonly string[] } | null;
  readonly settlement: Settlement | null;
};

type Change = { accepted: Submission } | { settled: string; settlement: Settlement } | { cleared: true };

export type Ledger = Disposable & {
  add(submission: Submission): void;
  /** Returns the settled submission; undefined when the id is unknown or already settled. */
  settle(id: string, settlement: Settlement): Submission | undefined;
  /** Finds cleared ones too: clearing forgets the bill, not the request. */
  find(id: string): Submission | undefined;
  /** In order of acceptance, since the last clearing. */
  list(): Submission[];
  clear(): void;
};

/**
 * The billing record of all three providers. With a file, each change is one NDJSON line that is handed to the kernel before the
 * provider answers, so that killing the process forgets nothing that a caller was told.
 */
export function openLedger(file?: string): Ledger {
  const byId = new Map<string, Submission>();
  let listed = new Set<string>();

  function apply(change: Change): void {
    if ('accepted' in change) {
      byId.set(change.accepted.id, change.accepted);
      listed.add(change.accepted.id);
    } else if ('settled' in change) {
      const submission = byId.get(change.settled);
      if (submission) byId.set(change.settled, { ...submission, settlement: change.settlement });
    } else listed = new Set();
  }

  if (file) for (const change of readChanges(file)) apply(change);
  const descriptor = file ? openSync(file, 'a') : undefined;

  function record(change: Change): void {
    if (descriptor !== undefined) writeSync(descriptor, `${JSON.stringify(change)}\n`);
    apply(change);
  }

  return {
    add: (submission) => record({ accepted: submission }),
    settle(id, settlement) {
      if (!byId.has(id) || byId.get(id)?.settlement) return undefined;
      record({ settled: id, settlement });
      return byId.get(id);
    },
    find: (id) => byId.get(id),
    list: () => [...listed].flatMap((id) => byId.get(id) ?? []),
    clear: () => record({ cleared: true }),
    [Symbol.dispose]() {
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}

/** Reads the lines of an earlier process. A last line that was cut by a kill is closed and passed over. */
function readChanges(file: string): Change[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n');
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Change];
    } catch {
      return [];
    }
  });
}

/** One entry of `GET /sim/ledger`. */
export function toLedgerEntry(submission: Submission) {
  const { settlement } = submission;
  return {
    provider: submission.provider,
    model: submission.model,
    provider_request_id: submission.id,
    prompt: submission.prompt,
    input: submission.input,
    accepted_at: new Date(submission.run.acceptedAtMs).toISOString(),
    finished_at: settlement ? new Date(settlement.finishedAtMs).toISOString() : null,
    outcome: settlement?.outcome ?? 'running',
    billed: (settlement?.priceUsd ?? 0) > 0,
    price_usd: settlement?.priceUsd ?? 0,
  };
}
