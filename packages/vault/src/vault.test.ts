import { describe, expect, it } from 'vitest';
import { vaultKey } from './vault.ts';

const sha256 = 'a'.repeat(64);

describe('a vault key', () => {
  it.each([sha256, `${sha256}.thumb`])('may be %s', (text) => {
    expect(vaultKey(text)).toBe(text);
  });

  it.each([
    '',
    'a'.repeat(63),
    'a'.repeat(65),
    sha256.toUpperCase(),
    `${sha256}.png`,
    `${sha256}.thumb.thumb`,
    `${sha256}\n`,
    `../${sha256}`,
    `../../${'a'.repeat(58)}`,
    `${sha256}\0`,
    '%2e%2e%2f',
  ])('may not be %j', (text) => {
    expect(() => vaultKey(text)).toThrow(TypeError);
  });
});
