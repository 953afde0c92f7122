import { describe, expect, it } from 'vitest';
import { splitMonths } from './whole-months.ts';

describe('the whole months of a range of days', () => {
  it('lie between the days before and after them', () => {
    expect(splitMonths({ from: '2025-11-21', to: '2026-11-20' })).toEqual({
      months: { from: '2025-12-01', before: '2026-11-01' },
      head: { from: '2025-11-21', to: '2025-11-30' },
      tail: { from: '2026-11-01', to: '2026-11-20' },
    });
  });

  it('leave no days when the range begins and ends with them', () => {
    expect(splitMonths({ from: '2024-02-01', to: '2024-02-29' })).toEqual({
      months: { from: '2024-02-01', before: '2024-03-01' },
      head: { from: '2024-02-01', to: '2024-01-31' },
      tail: { from: '2024-03-01', to: '2024-02-29' },
    });
  });

  it.each([
    ['2026-02-01', '2026-02-27'],
    ['2026-01-02', '2026-02-27'],
    ['2026-03-05', '2026-03-05'],
    ['2026-03-05', '2026-03-04'],
  ])('do not exist from %s to %s', (from, to) => {
    expect(splitMonths({ from, to })).toBeNull();
  });
});
