import { unlimitedCredits } from '@imagegen/core/credits/terms';
import { parseEnv } from '@imagegen/runtime/env';
import { expect, it } from 'vitest';
import { creditsEnv, creditTerms } from './credits-config.ts';

it('leaves credits unlimited and uncapped unless told otherwise', () => {
  expect(creditTerms(parseEnv(creditsEnv, {}))).toEqual(unlimitedCredits);
});

it('reads caps in credits', () => {
  const env = { CREDITS: 'metered', DAILY_SPEND_CAP_PER_USER: '0.5', DAILY_SPEND_CAP_PER_PROVIDER: '100' };
  expect(creditTerms(parseEnv(creditsEnv, env))).toEqual({
    metered: true,
    dailyCapPerUserMicros: 500_000,
    dailyCapPerProviderMicros: 100_000_000,
  });
});

it.each([{ CREDITS: 'some' }, { DAILY_SPEND_CAP_PER_USER: '-1' }, { DAILY_SPEND_CAP_PER_PROVIDER: 'much' }])('refuses %j', (env) => {
  expect(() => parseEnv(creditsEnv, env)).toThrow(Object.keys(env)[0]);
});
