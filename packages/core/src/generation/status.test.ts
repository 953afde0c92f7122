import { describe, expect, it } from 'vitest';
import { canBecome, generationStatuses, isTerminal, openStatuses } from './status.ts';

describe('generation status', () => {
  it.each([
    ['pending', ['processing', 'failed']],
    ['processing', ['processing', 'completed', 'failed']],
    ['completed', []],
    ['failed', []],
  ] as const)('%s can become %j', (from, allowed) => {
    expect(generationStatuses.filter((to) => canBecome(from, to))).toEqual(allowed);
  });

  it('never leaves a terminal status', () => {
    expect(generationStatuses.filter(isTerminal)).toEqual(['completed', 'failed']);
    expect(openStatuses).toEqual(['pending', 'processing']);
  });
});
