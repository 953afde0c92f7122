import type { Answers } from '../api/trpc.ts';
import { fillDays } from '../charts/fill-days.ts';

type Analytics = Answers['data']['analytics'];

export type DayFigures = {
  day: string;
  completed: number;
  failed: number;
  credits: number;
  /** Percent; null on days without generations, as the times are. */
  success: number | null;
  /** Seconds. */
  p50: number | null;
  p95: number | null;
};

/** One row for every day of the range, as the charts show it. */
export function figuresByDay({ groups, date_from: from, date_to: to }: Pick<Analytics, 'groups' | 'date_from' | 'date_to'>): DayFigures[] {
  const rows = groups.map(
    ({ key: day, completed, failed, credits_used: credits, success_rate: success, p50_time: p50, p95_time: p95 }) => ({
      day,
      completed,
      failed,
      credits,
      success: success === null ? null : success * 100,
      p50: inSeconds(p50),
      p95: inSeconds(p95),
    }),
  );
  return fillDays<Omit<DayFigures, 'day'>>(
    rows,
    { from, to },
    { completed: 0, failed: 0, credits: 0, success: null, p50: null, p95: null },
  );
}

/** Shares of the largest, 0–1, for bars beside the figures. */
export function sharesOfLargest(values: readonly number[]): number[] {
  const largest = Math.max(0, ...values);
  return values.map((value) => (largest === 0 ? 0 : value / largest));
}

function inSeconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / 1000;
}
