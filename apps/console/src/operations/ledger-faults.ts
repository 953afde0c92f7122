import type { Answers } from '../api/trpc.ts';

type Report = Pick<Answers['admin']['ledger']['check'], 'sumMicros' | 'faults'>;
type Finding = { subject: string; detail: string };

/** What a check of the ledger found, by what was looked for; nothing when it is sound. */
export function faultsOf({ sumMicros, faults }: Report): { name: string; findings: Finding[] }[] {
  const uneven = { name: 'accounts that do not balance', findings: [{ subject: 'all accounts', detail: `${sumMicros} micros too much` }] };
  const found = Object.entries(faults).map(([name, findings]) => ({ name, findings }));
  return [...(sumMicros === 0 ? [] : [uneven]), ...found.filter(({ findings }) => findings.length > 0)];
}
