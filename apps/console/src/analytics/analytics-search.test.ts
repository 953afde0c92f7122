import { expect, test } from 'vitest';
import { firstDay, readAnalyticsSearch } from './analytics-search.ts';

test('an address says how many days and whose; anything else means the default', () => {
  expect(readAnalyticsSearch({ days: 90, scope: 'own' })).toEqual({ days: 90, scope: 'own' });
  expect(readAnalyticsSearch({ days: 12, scope: 'mine' })).toEqual({});
});

test('seven days end with today', () => {
  expect(firstDay(7, new Date('2026-03-03T23:59:00Z'))).toBe('2026-02-25');
});
