import type { Evidence } from '../evidence/evidence.ts';
import { groupBy } from './marks.ts';
import type { Finding } from './verdict.ts';

/** I5: credits are taken for pictures that were delivered, and for nothing else. */
export function checkCharges({ generations, credits }: Evidence): Finding {
  const settled = groupBy(credits?.transfers.filter(({ kind }) => kind === 'settle') ?? [], ({ generation_id }) => generation_id);
  const violations = generations.flatMap((row) => {
    const delivered = row.status === 'completed' ? row.images.length : 0;
    const taken = (settled.get(row.generation_id) ?? []).reduce((sum, { amount_micros }) => sum + amount_micros, 0);
    return [
      ...(row.status === 'completed' && delivered === 0 ? [`${row.generation_id}: completed without a picture`] : []),
      ...(row.status !== 'completed' && row.images.length > 0 ? [`${row.generation_id}: ${row.status} with pictures`] : []),
      ...(delivered > 0 && row.credits_micros <= 0 ? [`${row.generation_id}: delivered for nothing`] : []),
      ...(delivered === 0 && row.credits_micros !== 0 ? [`${row.generation_id}: ${row.credits_micros} taken for nothing`] : []),
      // Credits are shown with four decimals, the ledger counts millionths.
      ...(credits && Math.abs(taken - row.credits_micros) > 100
        ? [`${row.generation_id}: says ${row.credits_micros}, the ledger settled ${taken}`]
        : []),
    ];
  });
  return { checked: generations.length, violations };
}
