import type { Adjustment } from '../generation/adjustment.ts';

/** Collects what could not be honoured while a request is mapped. */
export type Notes = {
  list: Adjustment[];
  approximated(parameter: string, change: { asked: unknown; used: unknown }, reason: string): void;
  dropped(parameter: string, asked: unknown, reason: string): void;
};

export function startNotes(): Notes {
  const list: Adjustment[] = [];
  return {
    list,
    approximated: (parameter, change, reason) => list.push({ parameter, kind: 'approximated', ...change, reason }),
    dropped: (parameter, asked, reason) => list.push({ parameter, kind: 'dropped', asked, used: null, reason }),
  };
}
