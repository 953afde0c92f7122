import { setTimeout as sleep } from 'node:timers/promises';
import type { Pause } from './callback-bell.ts';
import type { ProviderAdapter, ProviderOutput, SubmissionReference, SubmissionState } from './provider-adapter.ts';
import { ProviderError } from './provider-error.ts';

const firstPauseMs = 15;
const longestPauseMs = 1_000;
const pauseGrowth = 1.5;
/** "No such submission", said this often in a row, is believed. */
const denials = 10;

type Waiting = {
  adapter: ProviderAdapter;
  reference: SubmissionReference;
  onState: (state: SubmissionState) => Promise<void>;
  /** Called before every look and every pause, with the length of the pause. */
  onLook?: (pauseMs: number) => void;
  /** Between two looks; ends early when there may be something to see. Absent: by time alone. */
  pause?: Pause;
  /** Ends the waiting: lease, deadline or process. */
  signal: AbortSignal;
};

/**
 * Asks until the provider is done, at first quickly, then once a second, and quickly again when it calls back. A look that fails says nothing about the picture, which may well be
 * finished and paid, so looking goes on until `signal` aborts. Throws the ProviderError the submission ended with.
 */
export async function awaitResult({ adapter, reference, onState, onLook, pause = byTime, signal }: Waiting): Promise<ProviderOutput> {
  let pauseMs = firstPauseMs;
  let denied = 0;
  for (;;) {
    signal.throwIfAborted();
    onLook?.(0);
    const state = await adapter.check(reference, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      if (!(error instanceof ProviderError)) throw error;
      denied = error.kind === 'not-found' ? denied + 1 : 0;
      if (denied >= denials) throw error;
      return { kind: 'unseen', retryAfterMs: error.retryAfterMs ?? 0 } as const;
    });
    if (state.kind === 'succeeded') return state.output;
    if (state.kind === 'failed') throw state.error;
    if (state.kind !== 'unseen') await onState(state);
    const waitMs = Math.max(pauseMs, state.kind === 'unseen' ? state.retryAfterMs : 0);
    onLook?.(waitMs);
    const rung = await pause(waitMs, signal);
    pauseMs = rung ? firstPauseMs : Math.min(longestPauseMs, pauseMs * pauseGrowth);
  }
}

const byTime: Pause = async (ms, signal) => {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  return false;
};
