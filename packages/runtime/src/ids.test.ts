import { expect, it } from 'vitest';
import { newId, newToken } from './ids.ts';

it('makes ids that sort by time and never repeat', async () => {
  const earlier = newId('gen');
  const ids = new Set(Array.from({ length: 10_000 }, () => newId('gen')));
  expect(ids.size).toBe(10_000);
  for (const id of ids) expect(id).toMatch(/^gen_[0-9a-hjkmnp-tv-z]{26}$/);
  await expect.poll(() => newId('gen').slice(0, 14) > earlier.slice(0, 14)).toBe(true);
});

it('makes tokens that fit into a URL', () => {
  expect(newToken()).toMatch(/^[\w-]{32}$/);
  expect(newToken()).not.toBe(newToken());
});
