import { expect, test } from 'vitest';
import { dayText, fillDays } from './fill-days.ts';

test('days on which nothing happened are there too', () => {
  expect(fillDays([{ day: '2026-02-28', n: 4 }], { from: '2026-02-27', to: '2026-03-01' }, { n: 0 })).toEqual([
    { day: '2026-02-27', n: 0 },
    { day: '2026-02-28', n: 4 },
    { day: '2026-03-01', n: 0 },
  ]);
});

test('a range that ends before it begins has no days', () => {
  expect(fillDays([], { from: '2026-02-02', to: '2026-02-01' }, {})).toEqual([]);
});

test('an axis shows the day of UTC', () => {
  expect(dayText('2026-11-20')).toBe('Nov 20');
});
