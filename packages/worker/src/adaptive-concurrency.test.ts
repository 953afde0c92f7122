import { describe, expect, it } from 'vitest';
import { AdaptiveConcurrency } from './adaptive-concurrency.ts';

function aLimit(most: number) {
  const clock = { ms: 0 };
  const concurrency = new AdaptiveConcurrency(most, () => clock.ms);
  const overload = (times = 1) => {
    for (let time = 0; time < times; time += 1) {
      concurrency.overloaded();
      clock.ms += 1_000;
    }
  };
  const rounds = (count: number) => {
    for (let round = 0; round < count; round += 1) {
      const { limit } = concurrency;
      for (let answer = 0; answer < limit; answer += 1) concurrency.wentWell();
    }
  };
  return { clock, concurrency, overload, rounds };
}

const never = new AbortController().signal;

describe('the number of generations at once', () => {
  it('is the configured one while all goes well', () => {
    const { concurrency, rounds } = aLimit(16);
    rounds(50);
    expect(concurrency.limit).toBe(16);
  });

  it('shrinks by three tenths at every sign of overload, to one at least', () => {
    const { concurrency, overload } = aLimit(16);
    const limits = Array.from({ length: 10 }, () => {
      overload();
      return concurrency.limit;
    });
    expect(limits).toEqual([11, 7, 5, 3, 2, 1, 1, 1, 1, 1]);
  });

  it('shrinks once for all answers of one moment', () => {
    const { clock, concurrency } = aLimit(16);
    for (let answer = 0; answer < 16; answer += 1) concurrency.overloaded();
    expect(concurrency.limit).toBe(11);
    clock.ms += 1_000;
    concurrency.overloaded();
    expect(concurrency.limit).toBe(7);
  });

  it('grows by one with every round that goes well', () => {
    const { concurrency, overload, rounds } = aLimit(16);
    overload(20);
    rounds(1);
    expect(concurrency.limit).toBe(2);
    rounds(3);
    expect(concurrency.limit).toBe(5);
    rounds(100);
    expect(concurrency.limit).toBe(16);
  });

  it('finds a share of what the provider takes', () => {
    const { clock, concurrency } = aLimit(64);
    const capacity = 20;
    const limits: number[] = [];
    for (let round = 0; round < 500; round += 1) {
      for (let call = 0; call < concurrency.limit; call += 1) call < capacity ? concurrency.wentWell() : concurrency.overloaded();
      clock.ms += 1_000;
      limits.push(concurrency.limit);
    }
    const settled = limits.slice(100);
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(Math.floor(capacity * 0.6));
    expect(Math.max(...settled)).toBeLessThanOrEqual(capacity + 1);
  });
});

describe('places', () => {
  it('are given in the order they were asked for, as they become free', async () => {
    const { concurrency } = aLimit(2);
    const [first] = await Promise.all([concurrency.enter(never), concurrency.enter(never)]);
    const entered: string[] = [];
    const a = concurrency.enter(never).then(() => entered.push('a'));
    const b = concurrency.enter(never).then(() => entered.push('b'));
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await a;
    expect(entered).toEqual(['a']);
    void b;
  });

  it('are not given while more run than the limit allows, and several at once when it grows', async () => {
    const { concurrency, overload, rounds } = aLimit(4);
    const places = await Promise.all(Array.from({ length: 4 }, () => concurrency.enter(never)));
    overload(2);
    expect(concurrency.limit).toBe(1);
    let entered = 0;
    const waiting = [0, 1].map(async () => {
      await concurrency.enter(never);
      entered += 1;
    });
    for (const place of places.slice(1)) place[Symbol.dispose]();
    await Promise.resolve();
    expect(entered).toBe(0);
    rounds(2);
    await Promise.all(waiting);
    expect(entered).toBe(2);
  });

  it('are not waited for once it is time to stop', async () => {
    const { concurrency } = aLimit(1);
    const place = await concurrency.enter(never);
    const stop = new AbortController();
    const waiting = concurrency.enter(stop.signal);
    stop.abort(new Error('stopping'));
    await expect(waiting).rejects.toThrow('stopping');
    place[Symbol.dispose]();
    await concurrency.enter(never);
  });
});
