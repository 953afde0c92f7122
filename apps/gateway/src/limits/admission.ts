import { engines } from '@imagegen/core/engines/catalogue';
import { type Engine, type Provider, providers } from '@imagegen/core/engines/engine';
import { AppError } from '@imagegen/core/errors/app-error';
import type { Executor } from '@imagegen/db/open-database';
import { readBacklog } from '@imagegen/db/queries/backlog';
import { startBackgroundLoop } from '@imagegen/runtime/background-loop';
import { idsFrom } from '@imagegen/runtime/ids';
import type { Logger } from '@imagegen/runtime/logger';
import type { Metrics } from '../metrics.ts';
import { WaitEstimate, windowMs } from './wait-estimate.ts';

const sampleEveryMs = 1_000;
/** Looking at a long backlog takes time: at most this part of it all. */
const lookingShare = 0.05;
const fullRetrySeconds = 10;
const retrySeconds = { least: 5, most: 300 };

type Counted = Pick<Metrics, 'refusals'>;

/**
 * Refuses what could not be finished in time, before anything is written: goodput is what overload must not take away. Knows the backlog from
 * one look a second, and what this process has accepted since; several gateways together may go over by what they accept within a second.
 */
export class Admission {
  readonly #most: number;
  readonly #metrics: Counted;
  readonly #waits = new Map(providers.map((provider) => [provider, new WaitEstimate()]));
  #open = 0;
  #nextLookAt = 0;

  /** @param most `MAX_QUEUED`: open generations of all users. */
  constructor(most: number, metrics: Counted) {
    this.#most = most;
    this.#metrics = metrics;
  }

  /** Throws SERVICE_UNAVAILABLE when too many generations are open. */
  admitAny(): void {
    if (this.#open < this.#most) return;
    this.#refuse('backlog', 'Too many generations are open; nothing was accepted.', fullRetrySeconds);
  }

  /** Throws SERVICE_UNAVAILABLE when the generation would most probably not be done by its deadline. */
  admitTo({ provider, typicalTimeSeconds }: Engine, deadlineSeconds: number): void {
    const tooLateSeconds = this.waitMs(provider) / 1_000 + typicalTimeSeconds - deadlineSeconds;
    if (this.waitMs(provider) === 0 || tooLateSeconds <= 0) return;
    const seconds = Math.min(retrySeconds.most, Math.max(retrySeconds.least, Math.ceil(tooLateSeconds)));
    this.#refuse('wait', 'The generation would not be done by its deadline; nothing was accepted.', seconds);
  }

  accepted(): void {
    this.#open += 1;
  }

  /** What is expected now. */
  waitMs(provider: Provider): number {
    return this.#waits.get(provider)?.waitMs ?? 0;
  }

  /** Looks at the backlog, unless the last look took so long that it is too early for another one. */
  async look(db: Executor): Promise<void> {
    const atMs = performance.now();
    if (atMs < this.#nextLookAt) return;
    const rows = await readBacklog(db, { most: this.#most, sinceAttemptId: idsFrom('att', Date.now() - windowMs) });
    this.#open = rows.reduce((sum, { open }) => sum + open, 0);
    for (const [provider, wait] of this.#waits) {
      const own = rows.filter(({ engine }) => engines[engine].provider === provider);
      wait.observe({ atMs, due: own.reduce((sum, { due }) => sum + due, 0), begun: own.reduce((sum, { begun }) => sum + begun, 0) });
    }
    const tookMs = performance.now() - atMs;
    this.#nextLookAt = atMs + tookMs / lookingShare;
  }

  #refuse(reason: 'backlog' | 'wait', message: string, retryAfterSeconds: number): never {
    this.#metrics.refusals.inc({ reason });
    throw new AppError('SERVICE_UNAVAILABLE', message, { retryAfterSeconds });
  }
}

/** Keeps an admission informed. */
export function startLookingAtBacklog(admission: Admission, { db, logger }: { db: Executor; logger: Logger }): AsyncDisposable {
  return startBackgroundLoop({ name: 'admission', everyMs: sampleEveryMs, logger, round: () => admission.look(db) });
}
