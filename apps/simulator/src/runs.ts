import type { Ledger, Settlement, Submission } from './ledger.ts';
import type { ProviderName } from './standing-scenario.ts';

/** What one provider decides about its own runs. */
export type ProviderRules = {
  /** Outcome and price of a run that ends at `endAtMs`, by itself or because its caller cancelled it. */
  conclude(submission: Submission, end: { atMs: number; canceled: boolean }): Omit<Settlement, 'finishedAtMs'>;
  /** Told once of every settled run; must not throw. */
  onSettled(submission: Submission): void;
};

export type Runs = Disposable & {
  /** Takes up the runs that an earlier process left unfinished. */
  resume(): void;
  /** Writes the submission down and lets it run. */
  start(submission: Submission): void;
  cancel(id: string): void;
  /** Resolves when the run is settled or `withinMs` is over, whichever is first. */
  settled(id: string, withinMs?: number): Promise<void>;
};

type Dependencies = { ledger: Ledger; rules: Readonly<Record<ProviderName, ProviderRules>> };

/** Ends every accepted run at its time. */
export function createRuns({ ledger, rules }: Dependencies): Runs {
  const timers = new Map<string, NodeJS.Timeout>();
  const waiting = new Map<string, Set<() => void>>();

  function schedule(submission: Submission): void {
    const endAtMs = Math.min(submission.run.finishAtMs ?? Infinity, submission.deadlineAtMs ?? Infinity);
    if (endAtMs === Infinity) return;
    timers.set(
      submission.id,
      setTimeout(() => settle(submission, endAtMs, false), Math.max(0, endAtMs - Date.now())),
    );
  }

  function settle(submission: Submission, atMs: number, canceled: boolean): void {
    const { id, provider } = submission;
    clearTimeout(timers.get(id));
    timers.delete(id);
    const settled = ledger.settle(id, { finishedAtMs: atMs, ...rules[provider].conclude(submission, { atMs, canceled }) });
    if (!settled) return;
    for (const resume of waiting.get(id) ?? []) resume();
    waiting.delete(id);
    rules[provider].onSettled(settled);
  }

  return {
    resume() {
      for (const submission of ledger.list()) if (!submission.settlement) schedule(submission);
    },
    start(submission) {
      ledger.add(submission);
      schedule(submission);
    },
    cancel(id) {
      const submission = ledger.find(id);
      if (submission) settle(submission, Date.now(), true);
    },
    settled(id, withinMs) {
      if (ledger.find(id)?.settlement) return Promise.resolve();
      return new Promise((resolve) => {
        const resumes = waiting.get(id) ?? new Set();
        waiting.set(id, resumes);
        const timer = withinMs === undefined ? undefined : setTimeout(resume, withinMs);
        function resume() {
          clearTimeout(timer);
          resumes.delete(resume);
          resolve();
        }
        resumes.add(resume);
      });
    },
    [Symbol.dispose]() {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
