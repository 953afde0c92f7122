/** Days as `YYYY-MM-DD`, both inclusive; nothing when `from` is after `to`. */
export type Days = { from: string; to: string };

/**
 * A range of days as the whole months inside it and the days before and after them; null without a whole month. Months are named by their
 * first days: from `from` up to, and without, `before`.
 */
export function splitMonths({ from, to }: Days): { months: { from: string; before: string }; head: Days; tail: Days } | null {
  const start = new Date(from);
  const firstMonth = startOfMonth(start, start.getUTCDate() === 1 ? 0 : 1);
  const before = startOfMonth(addDays(new Date(to), 1), 0);
  if (firstMonth >= before) return null;
  const months = { from: dayOf(firstMonth), before: dayOf(before) };
  return { months, head: { from, to: dayOf(addDays(firstMonth, -1)) }, tail: { from: months.before, to } };
}

function startOfMonth(date: Date, later: number): Date {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later, 1));
}

function addDays(date: Date, days: number): Date {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + days));
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
