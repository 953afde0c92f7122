import { describe, expect, it } from 'vitest';
import { adoptionOf, scopeOf } from './analytics.ts';

describe('whose figures', () => {
  it.each([
    ['user', undefined, 'own'],
    ['user', 'own', 'own'],
    ['admin', undefined, 'all'],
    ['admin', 'own', 'own'],
    ['admin', 'all', 'all'],
  ] as const)('a %s who asks for %s gets %s', (role, asked, scope) => {
    expect(scopeOf({ role }, asked)).toBe(scope);
  });

  it("are never everybody's for a user", () => {
    expect(() => scopeOf({ role: 'user' }, 'all')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });
});

it('tells old doors from new ones', () => {
  const rows = ['v1', 'deployed', 'v2', 'trpc', 'gateway', 'openai'].map((group) => ({ group, generations: 10 }));
  expect(adoptionOf(rows)).toEqual({ v1: 20, v2: 40, v2_share: 0.6667 });
  expect(adoptionOf([])).toEqual({ v1: 0, v2: 0, v2_share: null });
});
