import { expect, it } from 'vitest';
import { refusalError, secondsToMidnight } from './refusal.ts';

it.each([
  ['balance', 'QUOTA_EXCEEDED', { required: 0.07, available: 0.01 }],
  ['user:7', 'QUOTA_EXCEEDED', { required: 0.07, available: 0.01, daily: true }],
  ['provider:fal', 'SERVICE_UNAVAILABLE', { provider: 'fal' }],
])('a refusal by %s is %s, with figures in credits', (refused_by, code, details) => {
  expect(refusalError(70_000, { generation_id: 'gen_1', refused_by, room_micros: 10_000 })).toMatchObject({ code, details });
});

it('counts the seconds of the day that are left', () => {
  expect(secondsToMidnight(Date.UTC(2026, 10, 20, 23, 59, 59))).toBe(1);
  expect(secondsToMidnight(Date.UTC(2026, 10, 20))).toBe(86_400);
});
