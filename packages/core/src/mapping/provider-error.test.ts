import { describe, expect, it } from 'vitest';
import { progressFromLog } from './progress.ts';
import { providerError, safeProviderText } from './provider-error.ts';

describe('providerError', () => {
  it('shows the words of the provider only when they tell the caller what to change', () => {
    expect(providerError('unauthorized', 'Incorrect API key provided: sk-abc').message).toBe('The provider refused our credentials.');
    expect(providerError('invalid-request', '').message).toBe('The provider refused the request.');
  });
});

describe('safeProviderText', () => {
  it.each([
    ['a\nb\u202e\u0000c', 'a b c'],
    ['see https://api.example/x?token=1 for more', 'see [address] for more'],
    ['Authorization: Key abc:def', 'Authorization: [credential]'],
    ['provided: sk-proj-abc*****xyz.', 'provided: [credential]'],
    ['token r8_abcdef', 'token [credential]'],
    [`hash ${'a1'.repeat(32)} end`, 'hash […] end'],
    ['too '.repeat(1_000), 'too '.repeat(75)],
  ])('shows %j as one safe line', (text, shown) => {
    expect(safeProviderText(text)).toBe(shown);
  });

  it('survives a megabyte', () => {
    expect(safeProviderText('https://'.repeat(125_000)).length).toBeLessThanOrEqual(300);
  });
});

describe('progressFromLog', () => {
  it.each([
    ['12/28', 42],
    ['1/28\n28/28', 100],
    ['43%', 43],
    ['100%|####| 28/28', 100],
    ['0/0', null],
    ['30/28', null],
    ['999%', null],
    ['', null],
    ['loading weights', null],
    [`12/28${' '.repeat(500)}`, null],
  ])('reads %j', (log, percent) => {
    expect(progressFromLog(log)).toBe(percent);
  });
});
