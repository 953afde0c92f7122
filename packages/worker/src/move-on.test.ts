import { expect, test } from 'vitest';
import type { Next } from './conclude.ts';
import { whyMove } from './move-on.ts';

const failed = (code: string): Next => ({ kind: 'finish', end: { status: 'failed', error: { code, message: 'no' } } });
const retry = (delayMs: number): Next => ({ kind: 'release', delayMs, countsAsTry: true });
const later = (delayMs: number): Next => ({ kind: 'release', delayMs, countsAsTry: false });
const completed: Next = { kind: 'finish', end: { status: 'completed', images: [], creditsUsed: 0, adjustments: [] } };

const fresh = { tries: 0, tries_elsewhere: 0, fallbacks: ['openai' as const] };

test.each<[string, Next, typeof fresh, boolean]>([
  ['the provider failed for good', failed('PROVIDER_ERROR'), fresh, true],
  ['the provider refused us', failed('PROVIDER_REJECTED'), fresh, true],
  ['the prompt was rejected', failed('CONTENT_REJECTED'), fresh, false],
  ['the answer was lost', failed('OUTCOME_UNKNOWN'), fresh, false],
  ['the deadline has passed', failed('DEADLINE_EXCEEDED'), fresh, false],
  ['it is made', completed, fresh, false],
  ['the first try failed', retry(700), fresh, false],
  ['the second try failed', retry(700), { ...fresh, tries: 1 }, true],
  ['the first try at its second engine failed', retry(700), { ...fresh, tries: 3, tries_elsewhere: 3 }, false],
  ['the provider wants to be left alone for long', retry(20_000), fresh, true],
  ['the breaker is open, or the retries are used up', later(4_000), fresh, true],
  ['the process stops', later(0), fresh, false],
  ['there is nowhere to go', failed('PROVIDER_ERROR'), { ...fresh, fallbacks: [] }, false],
])('%s', (_, next, generation, moves) => {
  expect(whyMove(generation, next) !== null).toBe(moves);
});
