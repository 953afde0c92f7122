import { expect, test } from 'vitest';
import { ageText, agoText } from './age-text.ts';

test('an age is as exact as it matters', () => {
  expect([0.2, 42, 600, 10_800, 400_000].map(ageText)).toEqual(['now', '42 s', '10 min', '3 h', '5 d']);
});

test('a moment lies so far back', () => {
  expect(agoText('2026-03-01T12:00:00Z', new Date('2026-03-01T12:00:30Z'))).toBe('30 s ago');
  expect(agoText('2026-03-01T12:00:01Z', new Date('2026-03-01T12:00:00Z'))).toBe('now');
});
