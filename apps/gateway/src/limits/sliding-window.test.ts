import { windowSeconds } from '@imagegen/db/queries/limits';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { remainingCalls, resetSeconds, retryAfterSeconds, type Standing } from './sliding-window.ts';

const fresh: Standing = { limit: 100, calls: 0, earlierCalls: 0, elapsed: 0 };

describe('a sliding minute', () => {
  it.each<[Partial<Standing>, number]>([
    [{}, 100],
    [{ calls: 1 }, 99],
    [{ calls: 100 }, 0],
    [{ earlierCalls: 100 }, 0],
    [{ earlierCalls: 100, elapsed: 0.5 }, 50],
    [{ earlierCalls: 100, elapsed: 0.5, calls: 50 }, 0],
    [{ earlierCalls: 100, elapsed: 0.999 }, 99],
    [{ earlierCalls: 40, elapsed: 0.25, calls: 20 }, 50],
    [{ calls: 200 }, 0],
  ])('%j leaves %i', (changes, left) => expect(remainingCalls({ ...fresh, ...changes })).toBe(left));

  it.each<[Partial<Standing>, number]>([
    [{ calls: 100 }, 61],
    [{ calls: 100, elapsed: 0.5 }, 31],
    [{ earlierCalls: 100, elapsed: 0 }, 1],
    [{ earlierCalls: 100, elapsed: 0.25, calls: 50 }, 16],
    [{ limit: 1, calls: 1, elapsed: 0.5 }, 90],
  ])('%j lets the next one in after %i s', (changes, seconds) => expect(retryAfterSeconds({ ...fresh, ...changes })).toBe(seconds));

  it('tells when the window ends while something is left, else when to come back', () => {
    expect(resetSeconds({ ...fresh, calls: 3, elapsed: 0.25 })).toBe(45);
    expect(resetSeconds({ ...fresh, calls: 100, elapsed: 0.5 })).toBe(31);
  });

  it('after the time it names one call fits, and a second earlier none', () => {
    const standings = fc.record({
      limit: fc.integer({ min: 1, max: 200 }),
      used: fc.nat(200),
      earlierCalls: fc.nat(200),
      elapsed: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    const later = ({ limit, calls, elapsed, earlierCalls }: Standing, seconds: number): Standing => {
      const at = elapsed + seconds / windowSeconds;
      if (at < 1) return { limit, calls, earlierCalls, elapsed: at };
      return at < 2 ? { limit, calls: 0, earlierCalls: calls, elapsed: at - 1 } : { limit, calls: 0, earlierCalls: 0, elapsed: at - 2 };
    };
    fc.assert(
      fc.property(standings, ({ used, ...rest }) => {
        const standing = { ...rest, calls: Math.min(used, rest.limit), earlierCalls: Math.min(rest.earlierCalls, rest.limit) };
        fc.pre(remainingCalls(standing) === 0);
        const seconds = retryAfterSeconds(standing);
        expect(remainingCalls(later(standing, seconds + 1e-6))).toBeGreaterThan(0);
        if (seconds > 1) expect(remainingCalls(later(standing, seconds - 1 - 1e-6))).toBe(0);
      }),
    );
  });
});
