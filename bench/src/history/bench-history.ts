import { percentile } from '../measure/percentiles.ts';
import type { BenchRun } from '../options.ts';
import { type Aim, type BenchReport, formatAims } from '../report/aim.ts';
import { describeMachine, formatMachine } from '../report/machine.ts';
import { formatCount, formatMs, formatTable } from '../report/table.ts';
import { type ListQuery, listQueries } from './list-queries.ts';
import { measureWrites, type WriteTimes, writeSteps } from './measure-writes.ts';
import type { MeasuredDatabase } from './measured-database.ts';
import { summarizePlan } from './plan-summary.ts';
import { openSeededDatabase } from './seeded-database.ts';

const users = 1_000;
const runsPerRound = 8;
const writesPerRound = 100;
const aimedP95Ms = 100;

type Who = 'hot' | 'other';
type Measured = { name: string; who: Who; p50Ms: number; p95Ms: number; callerP95Ms: number; plan: string };

/** Database time of every list at `rows` generations of a thousand users, for the one with a tenth of them and for the others. */
export async function benchHistory({ rounds, rows, dataDir, print, signal }: BenchRun): Promise<BenchReport> {
  const machine = describeMachine();
  print(formatMachine(machine));
  await using seeded = await openSeededDatabase({ rows, users, dataDir, print, signal });
  const { measured: database, hotUser } = seeded;
  const userOf = (who: Who) => (who === 'hot' ? hotUser : hotUser + 1 + Math.floor(Math.random() * (users - 1)));

  const lists: Measured[] = [];
  for (const query of listQueries) {
    for (const who of ['hot', 'other'] as const) {
      signal.throwIfAborted();
      lists.push(await measureList(database, query, { who, userOf, runs: rounds * runsPerRound }));
    }
  }
  print(
    formatTable(
      ['list', 'user', 'p50 ms', 'p95 ms', 'caller p95', 'plan'],
      lists.map(({ name, who, p50Ms, p95Ms, callerP95Ms, plan }) => [
        `${p95Ms < aimedP95Ms ? ' ' : '✗'} ${name}`,
        who,
        formatMs(p50Ms),
        formatMs(p95Ms),
        formatMs(callerP95Ms),
        plan,
      ]),
    ),
  );
  const writes = await measureWrites(database, rounds * writesPerRound, signal);
  print(`\n${formatWrites(writes)}`);

  const over = lists.filter(({ p95Ms }) => p95Ms >= aimedP95Ms).map(({ name, who }) => `${name} (${who})`);
  const aims: Aim[] = [
    {
      what: `lists of ${lists.length} whose p95 is not below ${aimedP95Ms} ms of database time`,
      wanted: 'none',
      measured: over.length === 0 ? 'none' : `${over.length}: ${over.join(', ')}`,
      met: over.length === 0,
    },
  ];
  print(`\n${formatAims(aims)}`);
  return { machine, rows, users, lists, writes: writeFigures(writes), aims };
}

type Measurement = { who: Who; userOf: (who: Who) => number; runs: number };

/** Page and total are asked for at once; their times are added up. The first run fills the caches. */
async function measureList(database: MeasuredDatabase, { name, run }: ListQuery, { who, userOf, runs }: Measurement): Promise<Measured> {
  await run(database.db, userOf(who));
  const databaseMs: number[] = [];
  const callerMs: number[] = [];
  for (let index = 0; index < runs; index += 1) {
    const timing = await database.time(() => run(database.db, userOf(who)));
    databaseMs.push(timing.databaseMs);
    callerMs.push(timing.callerMs);
  }
  const plans: string[] = [];
  for (const statement of database.statements().filter(({ text }) => !/^\s*explain/.test(text)))
    plans.push(summarizePlan(await database.explain(statement)));
  const p95 = (times: number[]) => percentile(times, 95);
  return { name, who, p50Ms: percentile(databaseMs, 50), p95Ms: p95(databaseMs), callerP95Ms: p95(callerMs), plan: plans.join(' | ') };
}

function writeFigures(times: WriteTimes) {
  return writeSteps.map((step) => ({
    step,
    meanMs: times[step].reduce((sum, ms) => sum + ms, 0) / times[step].length,
    p50Ms: percentile(times[step], 50),
    p95Ms: percentile(times[step], 95),
  }));
}

function formatWrites(times: WriteTimes): string {
  return formatTable(
    [`one generation, ${formatCount(times.accept.length)} times`, 'mean ms', 'p50 ms', 'p95 ms'],
    writeFigures(times).map(({ step, meanMs, p50Ms, p95Ms }) => [step, formatMs(meanMs), formatMs(p50Ms), formatMs(p95Ms)]),
  );
}
