/** What the figures are of, as the page's address says it. */
export type AnalyticsSearch = { days?: Days; scope?: 'own' | 'all' };

export const dayChoices = [7, 30, 90, 365] as const;
export type Days = (typeof dayChoices)[number];
export const defaultDays: Days = 30;

export function readAnalyticsSearch({ days, scope }: Record<string, unknown>): AnalyticsSearch {
  const known = dayChoices.find((choice) => choice === days);
  return { ...(known && { days: known }), ...((scope === 'own' || scope === 'all') && { scope }) };
}

/** The first day, `YYYY-MM-DD` in UTC, of so many that end with today. */
export function firstDay(days: number, now: Date): string {
  return new Date(now.getTime() - (days - 1) * 86_400_000).toISOString().slice(0, 10);
}
