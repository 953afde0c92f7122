import { microsToCredits } from '@imagegen/core/estimate/money';
import { isSound, type LedgerReport } from '@imagegen/db/queries/check-ledger';
import { openCreditStore } from '../credit-store.ts';
import { parseOptions } from '../parse-options.ts';
import { UsageError } from '../usage-error.ts';

const help = `pnpm ledger check [--json]

Looks for everything in the ledger that should not be; exit code 1 when something is wrong. May run beside a working system. Asks where
pnpm credits asks.
`;

const options = { json: { type: 'boolean' }, help: { type: 'boolean' } } as const;

/** `pnpm ledger check`. */
export async function ledger(args: string[]): Promise<void> {
  const { positionals, values } = parseOptions(args, options);
  if (values.has('help')) return void process.stdout.write(help);
  if (positionals.join(' ') !== 'check') throw new UsageError('Say check: see --help.');
  await using store = await openCreditStore(process.env);
  const report = await store.check();
  process.stdout.write(`${values.has('json') ? JSON.stringify(report) : describe(report)}\n`);
  if (!isSound(report)) process.exitCode = 1;
}

function describe(report: LedgerReport): string {
  const { transfers, sumMicros, accounts, faults } = report;
  return [
    `${transfers} transfers, sum ${microsToCredits(sumMicros)}`,
    ...accounts.map(({ account, micros }) => `  ${account}  ${microsToCredits(micros)}`),
    ...Object.entries(faults).flatMap(([name, found]) => [
      `${name}: ${found.length === 0 ? 'none' : found.length}`,
      ...found.map(({ subject, detail }) => `  ${subject}: ${detail}`),
    ]),
    isSound(report) ? 'The ledger is sound.' : 'Something is WRONG.',
  ].join('\n');
}
