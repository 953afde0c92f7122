import { expect, test } from 'vitest';
import { RetryBudget } from './retry-budget.ts';

function aBudget() {
  const clock = { ms: 0 };
  return { clock, budget: new RetryBudget(() => clock.ms) };
}

const takeAll = (budget: RetryBudget, wishes: number) => Array.from({ length: wishes }, () => budget.take()).filter(Boolean).length;

test('ten may be repeated at once, then one for every ten that are taken', () => {
  const { budget } = aBudget();
  expect(takeAll(budget, 1_000)).toBe(10);
  for (let submission = 0; submission < 1_000; submission += 1) {
    budget.taken({ repeated: false });
    if (submission % 100 === 99) expect(takeAll(budget, 100)).toBeLessThanOrEqual(10);
  }
});

test('in a brown-out of 10,000 submissions at most a tenth is added', () => {
  const { budget } = aBudget();
  let repeated = 0;
  for (let submission = 0; submission < 10_000; submission += 1) {
    const failed = submission % 2 === 0;
    if (failed) repeated += Number(budget.take());
    else budget.taken({ repeated: false });
  }
  expect(repeated).toBeLessThanOrEqual(1_000);
  expect(repeated).toBeGreaterThan(400);
});

test('what is repeated and taken is free, so a backlog is let through once the provider is back', () => {
  const { budget } = aBudget();
  takeAll(budget, 10);
  budget.taken({ repeated: true });
  for (let submission = 0; submission < 500; submission += 1) {
    expect(budget.take()).toBe(true);
    budget.taken({ repeated: true });
  }
});

test('a provider that takes nothing is tried again once every ten seconds', () => {
  const { clock, budget } = aBudget();
  takeAll(budget, 10);
  clock.ms = 9_999;
  expect(budget.take()).toBe(false);
  clock.ms = 10_100;
  expect(budget.take()).toBe(true);
  expect(budget.take()).toBe(false);
});
