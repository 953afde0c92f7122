const dayMs = 86_400_000;

/** Every day of a range, both inclusive, ascending; those on which nothing happened as `blank`. Days are `YYYY-MM-DD`. */
export function fillDays<Figures extends object>(
  rows: readonly (Figures & { day: string })[],
  { from, to }: { from: string; to: string },
  blank: Figures,
): (Figures & { day: string })[] {
  const known = new Map(rows.map((row) => [row.day, row]));
  const count = Math.round((Date.parse(to) - Date.parse(from)) / dayMs) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const day = new Date(Date.parse(from) + index * dayMs).toISOString().slice(0, 10);
    return known.get(day) ?? { ...blank, day };
  });
}

/** A day as an axis shows it. */
export function dayText(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}
