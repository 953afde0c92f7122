import { describe, expect, it } from 'vitest';
import { readRetryAfterMs, retryDelayMs, retryDelaysMs } from './retry-schedule.ts';

const hour = 3_600_000;

describe('the schedule of retries', () => {
  it('goes on for three days and then ends', () => {
    const delays = retryDelaysMs.map((_, index) => retryDelayMs(index + 1, null, () => 0) ?? 0);
    expect(delays.reduce((sum, delay) => sum + delay)).toBeGreaterThan(3 * 24 * hour);
    expect(delays).toEqual(retryDelaysMs);
    expect(retryDelayMs(retryDelaysMs.length + 1, null)).toBeNull();
  });

  it('spreads by up to a fifth', () => {
    expect(retryDelayMs(1, null, () => 1)).toBe(6_000);
  });

  it('waits as long as the receiver asks, up to a day, and never shorter than it would', () => {
    expect(retryDelayMs(1, 60_000, () => 0)).toBe(60_000);
    expect(retryDelayMs(1, 1_000, () => 0)).toBe(5_000);
    expect(retryDelayMs(1, 900 * hour, () => 0)).toBe(24 * hour);
  });

  it.each([
    ['120', 120_000],
    ['Fri, 20 Nov 2026 12:00:30 GMT', 30_000],
    ['Fri, 20 Nov 2020 12:00:30 GMT', 0],
    ['soon', null],
    ['-5', null],
    [undefined, null],
  ])('reads Retry-After: %s', (header, expected) => {
    expect(readRetryAfterMs(header, Date.UTC(2026, 10, 20, 12, 0, 0))).toBe(expected);
  });
});
