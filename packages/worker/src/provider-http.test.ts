import { expect, test } from 'vitest';
import { retryAfterMs } from './provider-http.ts';

const now = Date.parse('2026-11-20T12:00:00Z');

test.for([
  ['7', 7_000],
  ['0', 0],
  ['1.5', 1_500],
  ['Fri, 20 Nov 2026 12:00:30 GMT', 30_000],
  ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
  ['86400', 300_000],
  ['Fri, 27 Nov 2026 12:00:00 GMT', 300_000],
  ['soon', null],
  ['', null],
  ['-5x', null],
] as const)('Retry-After %j is %j ms', ([value, expected]) => {
  expect(retryAfterMs({ 'retry-after': value }, now)).toBe(expected);
});

test('without the header, or with two of them, nothing is known', () => {
  expect(retryAfterMs({}, now)).toBeNull();
  expect(retryAfterMs({ 'retry-after': ['1', '2'] }, now)).toBeNull();
});
