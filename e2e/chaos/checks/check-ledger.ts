import type { Evidence, TransferRow } from '../evidence/evidence.ts';
import { groupBy } from './marks.ts';
import type { Finding } from './verdict.ts';

/** I4: what was held was settled or released, once; balances are what the transfers add up to, and never below zero. */
export function checkLedger({ credits, generations }: Evidence): Finding {
  if (!credits) return { checked: 0, violations: [], notes: ['There is no credit ledger.'] };
  const { transfers, balances } = credits;
  const byGeneration = groupBy(transfers, ({ generation_id }) => generation_id ?? '');
  const violations = generations.flatMap((row) => {
    const own = byGeneration.get(row.generation_id) ?? [];
    const held = sumOf(own, 'hold');
    const back = sumOf(own, 'settle') + sumOf(own, 'release');
    const isOpen = row.status !== 'completed' && row.status !== 'failed';
    const repeated = (['hold', 'settle', 'release'] as const).filter((kind) => own.filter((each) => each.kind === kind).length > 1);
    return [
      ...repeated.map((kind) => `${row.generation_id}: ${kind} happened more than once`),
      ...(!isOpen && held !== back ? [`${row.generation_id}: ${held} held, ${back} settled and released`] : []),
    ];
  });
  const negative = transfers
    .filter(({ amount_micros }) => amount_micros <= 0)
    .map(({ id }) => `transfer ${id}: moves nothing or backwards`);
  const wrong = balances.flatMap(({ user_id, available_micros, held_micros }) => [
    ...(available_micros < 0 || held_micros < 0 ? [`user ${user_id}: ${available_micros} available, ${held_micros} held`] : []),
    ...differs(transfers, `user:${user_id}`, available_micros),
    ...differs(transfers, `hold:${user_id}`, held_micros),
  ]);
  return { checked: transfers.length, violations: [...violations, ...negative, ...wrong] };
}

function sumOf(transfers: readonly TransferRow[], kind: string): number {
  return transfers.filter((transfer) => transfer.kind === kind).reduce((sum, { amount_micros }) => sum + amount_micros, 0);
}

function differs(transfers: readonly TransferRow[], account: string, balance: number): string[] {
  const own = transfers.filter((each) => each.debit_account === account || each.credit_account === account);
  const net = own.reduce((sum, each) => sum + (each.credit_account === account ? each.amount_micros : -each.amount_micros), 0);
  return net === balance ? [] : [`${account}: the balance is ${balance}, its transfers add up to ${net}`];
}
