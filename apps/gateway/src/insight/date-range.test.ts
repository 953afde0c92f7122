import { describe, expect, it } from 'vitest';
import { readDateRange, toDays, toInstants } from './date-range.ts';

const now = new Date('2026-11-20T15:00:00Z');

describe('instants', () => {
  it.each([
    [{}, {}],
    [{ date_from: '2026-01-01' }, { from: '2026-01-01T00:00:00.000Z' }],
    [{ date_to: '2026-01-31' }, { before: '2026-02-01T00:00:00.000Z' }],
    [{ date_to: '2026-01-31T10:00:00+02:00' }, { before: '2026-01-31T08:00:00.001Z' }],
  ])('of %o are %o', (range, expected) => {
    expect(JSON.parse(JSON.stringify(toInstants(range)))).toEqual(expected);
  });

  it('do not run backwards', () => {
    expect(() => toInstants({ date_from: '2026-02-01', date_to: '2026-01-01' })).toThrow('date_to');
  });
});

describe('days', () => {
  it.each([
    [undefined, '2026-10-22', '2026-11-20'],
    ['7d', '2026-11-14', '2026-11-20'],
    ['last 7 days', '2026-11-14', '2026-11-20'],
    ['1d', '2026-11-20', '2026-11-20'],
    ['2026-01-01..2026-02-01', '2026-01-01', '2026-02-01'],
    ['2026-01-01,2026-02-01', '2026-01-01', '2026-02-01'],
    ['2026-01-01 to 2026-02-01', '2026-01-01', '2026-02-01'],
    ['2026-01-05', '2026-01-05', '2026-01-05'],
    ['all', '2025-11-20', '2026-11-20'],
  ])('of %j run from %s to %s', (text, from, to) => {
    expect(readDateRange(text, now, 366)).toEqual({ from, to });
  });

  it.each(['soon', '0d', '2026-13-01', '2026-02-01..2026-01-01', '2020-01-01..2026-01-01', '9999d', '..', '1d..2d'])(
    'of %j are refused',
    (text) => {
      expect(() => readDateRange(text, now, 366)).toThrow();
    },
  );

  it('default to the thirty up to the end asked for', () => {
    expect(toDays({ date_to: '2026-03-31' }, now, 366)).toEqual({ from: '2026-03-02', to: '2026-03-31' });
  });
});
