import { expect, test } from 'vitest';
import { figuresByDay, sharesOfLargest } from './figures-by-day.ts';

const counts = {
  generations: 4,
  completed: 3,
  failed: 1,
  images: 3,
  credits_used: 0.1,
  success_rate: 0.75,
  p50_time: 2_500,
  p95_time: 9_000,
};

test('days become rows in the units of the charts, and quiet days have no rate and no times', () => {
  const groups = [{ key: '2026-03-02', ...counts }];
  expect(figuresByDay({ groups, date_from: '2026-03-01', date_to: '2026-03-02' })).toEqual([
    { day: '2026-03-01', completed: 0, failed: 0, credits: 0, success: null, p50: null, p95: null },
    { day: '2026-03-02', completed: 3, failed: 1, credits: 0.1, success: 75, p50: 2.5, p95: 9 },
  ]);
});

test('bars are measured by the largest', () => {
  expect(sharesOfLargest([5, 10, 0])).toEqual([0.5, 1, 0]);
  expect(sharesOfLargest([0, 0])).toEqual([0, 0]);
});
