import { expect, it } from 'vitest';
import { readCancelAfterMs, readWaitMs } from './prefer.ts';

it.each([
  [undefined, 0],
  ['wait', 60_000],
  ['wait=5', 5_000],
  ['wait=120', 60_000],
  ['respond-async', 0],
])('holds the answer to "Prefer: %s" for %i ms', (header, waitMs) => {
  expect(readWaitMs(header)).toBe(waitMs);
});

it.each([
  [undefined, null],
  ['30', 30_000],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h30m45s', 5_445_000],
  ['4s', undefined],
  ['soon', undefined],
  ['', undefined],
])('reads "Cancel-After: %s" as %s', (header, cancelAfterMs) => {
  expect(readCancelAfterMs(header)).toBe(cancelAfterMs);
});
