import { validationError } from '@imagegen/core/validation/validate';
import * as z from 'zod';

const dayMs = 86_400_000;

/** A day, or an instant with its offset. */
export const dateSchema = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .meta({ description: 'A day (UTC) or an ISO 8601 instant.' });

/** From the first instant of `date_from` up to the end of `date_to`: a day ends with its last instant, an instant is included. */
export function toInstants(range: { date_from?: string | undefined; date_to?: string | undefined }): { from?: Date; before?: Date } {
  const from = range.date_from === undefined ? undefined : new Date(range.date_from);
  const to = range.date_to === undefined ? undefined : new Date(range.date_to);
  if (from && to && from > to) throw validationError([{ path: 'date_to', message: 'must not be before date_from' }]);
  return { ...(from && { from }), ...(to && { before: new Date(to.getTime() + (isDay(range.date_to) ? dayMs : 1)) }) };
}

export type DayRange = { from: string; to: string };

/** Whole days, both inclusive; without a start the last thirty. Throws VALIDATION_ERROR beyond `maxDays`. */
export function toDays(range: { date_from?: string | undefined; date_to?: string | undefined }, now: Date, maxDays: number): DayRange {
  const to = range.date_to === undefined ? now : new Date(range.date_to);
  const from = range.date_from === undefined ? new Date(to.getTime() - 29 * dayMs) : new Date(range.date_from);
  const days = { from: dayOf(from), to: dayOf(to) };
  if (days.from > days.to) throw validationError([{ path: 'date_to', message: 'must not be before date_from' }]);
  if (Date.parse(days.to) - Date.parse(days.from) >= maxDays * dayMs) {
    throw validationError([{ path: 'date_from', message: `must be at most ${maxDays} days before date_to` }]);
  }
  return days;
}

/** `7d`, `30days`, `all`, `2026-01-01..2026-02-01`, a single day, or the same with `,`, `/` or `to` between the days. */
export function readDateRange(text: string | undefined, now: Date, maxDays: number): DayRange {
  const trimmed = text?.trim().toLowerCase() ?? '';
  if (trimmed === '') return toDays({}, now, maxDays);
  const lastDays = trimmed === 'all' ? maxDays : Number(/^(?:last[ _-]?)?(\d{1,4})[ _-]?d(?:ays?)?$/.exec(trimmed)?.[1]);
  if (lastDays >= 1) return toDays({ date_from: new Date(now.getTime() - (lastDays - 1) * dayMs).toISOString() }, now, maxDays);
  const [date_from, date_to = date_from] = trimmed.split(/\.\.|,|\/| to /).map((part) => part.trim());
  if (!z.iso.date().safeParse(date_from).success || !z.iso.date().safeParse(date_to).success) {
    throw validationError([{ path: 'date_range', message: 'must look like "30d", "all" or "2026-01-01..2026-02-01"' }]);
  }
  return toDays({ date_from, date_to }, now, maxDays);
}

function isDay(text: string | undefined): boolean {
  return text !== undefined && text.length === 'YYYY-MM-DD'.length;
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
