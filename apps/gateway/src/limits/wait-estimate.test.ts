import { expect, test } from 'vitest';
import { type Sample, WaitEstimate, windowMs } from './wait-estimate.ts';

function after(seconds: number, sample: (second: number) => Omit<Sample, 'atMs'>): number {
  const estimate = new WaitEstimate();
  for (let second = 0; second <= seconds; second += 1) estimate.observe({ atMs: second * 1_000, ...sample(second) });
  return estimate.waitMs;
}

test('a queue that has been there for the whole window is worked off as fast as within it', () => {
  expect(after(15, () => ({ due: 300, begun: 30 }))).toBe(150_000);
  expect(after(60, (second) => ({ due: second * 10, begun: 150 }))).toBe(60_000);
});

test('a burst after a quiet time is not judged by the quiet time', () => {
  expect(after(60, (second) => ({ due: second > 50 ? 5_000 : 0, begun: 1 }))).toBe(0);
});

test('a queue that is empty now and then says nothing', () => {
  expect(after(60, (second) => ({ due: second % 10 === 0 ? 0 : 500, begun: 10 }))).toBe(0);
});

test('while nothing is begun at all, nobody knows', () => {
  expect(after(60, () => ({ due: 500, begun: 0 }))).toBe(0);
});

test('when the queue is gone there is no wait', () => {
  expect(after(60, (second) => ({ due: second < 60 ? 500 : 0, begun: 10 }))).toBe(0);
  expect(windowMs).toBe(15_000);
});
