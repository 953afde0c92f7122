import { expect, test } from 'vitest';
import { faultsOf } from './ledger-faults.ts';

const sound = {
  'balances that differ from their transfers': [],
  'holds without an open generation': [],
  'open generations without a hold': [],
  'generations whose hold is not settled plus released': [],
  'generations that show other credits than were settled': [],
};

test('a sound ledger has nothing to say', () => {
  expect(faultsOf({ sumMicros: 0, faults: sound })).toEqual([]);
});

test('what was found stands under what was looked for, and a sum beside zero is a finding too', () => {
  const findings = [{ subject: 'gen_1', detail: 'nothing held' }];
  const found = faultsOf({ sumMicros: 5, faults: { ...sound, 'open generations without a hold': findings } });
  expect(found.map(({ name }) => name)).toEqual(['accounts that do not balance', 'open generations without a hold']);
  expect(found[1]?.findings).toEqual(findings);
});
