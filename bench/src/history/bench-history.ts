import { migrate } from '@imagegen/db/migrate';
import type { Database } from '@imagegen/db/open-database';
import { rollUpOutcomes } from '@imagegen/db/queries/roll-up-outcomes';
import type { Tables } from '@imagegen/db/tables';
import { startPostgres } from '@imagegen/embedded/postgres';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { Kysely, type LogEvent, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { percentile } from '../measure/percentiles.ts';
import type { BenchRun } from '../options.ts';
import { type Aim, formatAims } from '../report/aim.ts';
import { describeMachine, formatMachine } from '../report/machine.ts';
import { formatCount, formatMs, formatTable } from '../report/table.ts';
import { type ListQuery, listQueries } from './list-queries.ts';
import { summarizePlan } from './plan-summary.ts';
import { seedHistory } from './seed-history.ts';

const users = 1_000;
const aimedP95Ms = 100;

type Measured = { name: string; who: string; p50Ms: number; p95Ms: number; plan: string };
type Statement = { text: string; parameters: readonly unknown[] };

/** Database time of every list at `rows` generations of a thousand users, for the one with a tenth of them and for the others. */
export async function benchHistory({ rounds, rows, print, signal }: BenchRun): Promise<object> {
  const machine = describeMachine();
  print(formatMachine(machine));
  await using folder = await temporaryFolder();
  await using postgres = await startPostgres({ dataDir: folder.path, durable: false });
  const statements: Statement[] = [];
  await using database = open(postgres.url, statements);
  const { db, pool } = database;
  await migrate(db);
  const seedingFrom = performance.now();
  const { hotUser } = await seedHistory(db, { rows, users, signal });
  print(`${formatCount(rows)} generations of ${formatCount(users)} users in ${formatCount((performance.now() - seedingFrom) / 1_000)} s`);
  const rollUp = await countEverything(db, signal);
  print(`${formatCount(rollUp.perSecond)} outcomes a second into ${formatCount(rollUp.rollups)} rollups\n`);
  await sql`vacuum analyze`.execute(db);

  const measured: Measured[] = [];
  for (const query of listQueries) {
    for (const who of ['hot', 'other'] as const) {
      signal.throwIfAborted();
      measured.push(await measure(query, who));
    }
  }
  print(
    formatTable(
      ['list', 'user', 'p50 ms', 'p95 ms', 'plan'],
      measured.map(({ name, who, p50Ms, p95Ms, plan }) => [name, who, formatMs(p50Ms), formatMs(p95Ms), plan]),
    ),
  );
  const slowest = measured.toSorted((a, b) => b.p95Ms - a.p95Ms)[0]!;
  const aims: Aim[] = [
    {
      what: `p95 of the slowest list (${slowest.name}, ${slowest.who} user)`,
      wanted: `< ${aimedP95Ms} ms`,
      measured: `${formatMs(slowest.p95Ms)} ms`,
      met: slowest.p95Ms < aimedP95Ms,
    },
  ];
  print(`\n${formatAims(aims)}`);
  return { machine, rows, users, rollUp, measured, aims };

  async function measure({ name, run }: ListQuery, who: 'hot' | 'other'): Promise<Measured> {
    const times: number[] = [];
    for (let round = 0; round <= rounds * 8; round += 1) {
      statements.length = 0;
      const startedAt = performance.now();
      await run(db, who === 'hot' ? hotUser : hotUser + 1 + Math.floor(Math.random() * (users - 1)));
      // The first run fills the caches.
      if (round > 0) times.push(performance.now() - startedAt);
    }
    const plans: string[] = [];
    for (const { text, parameters } of [...statements]) plans.push(summarizePlan(await explain(pool, text, parameters)));
    return { name, who, p50Ms: percentile(times, 50), p95Ms: percentile(times, 95), plan: plans.join(' | ') };
  }
}

function open(url: string, statements: Statement[]): AsyncDisposable & { db: Database; pool: pg.Pool } {
  const int8 = 20;
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    types: { getTypeParser: (oid, format) => (oid === int8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format)) },
  });
  pool.on('error', () => undefined);
  const log = ({ query }: LogEvent) => void statements.push({ text: query.sql, parameters: query.parameters });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), log });
  return { db, pool, [Symbol.asyncDispose]: () => db.destroy() };
}

async function explain(pool: pg.Pool, text: string, parameters: readonly unknown[]) {
  const { rows } = await pool.query<{ 'QUERY PLAN': Parameters<typeof summarizePlan>[0][] }>(`explain (format json) ${text}`, [
    ...parameters,
  ]);
  return rows[0]!['QUERY PLAN'][0]!;
}

async function countEverything(db: Database, signal: AbortSignal) {
  const from = performance.now();
  let taken = 0;
  for (let last = 1; last > 0 && !signal.aborted; ) {
    last = await rollUpOutcomes(db, 20_000);
    taken += last;
  }
  const { rows } = await sql<{ count: number }>`select count(*) from usage_rollups`.execute(db);
  return { perSecond: taken / ((performance.now() - from) / 1_000), rollups: rows[0]?.count ?? 0 };
}
