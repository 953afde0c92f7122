import { chmod, mkdir } from 'node:fs/promises';
import { migrate } from '@imagegen/db/migrate';
import type { Database } from '@imagegen/db/open-database';
import { rollUpOutcomes } from '@imagegen/db/queries/roll-up-outcomes';
import { startPostgres } from '@imagegen/embedded/postgres';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { sql } from 'kysely';
import type { BenchRun } from '../options.ts';
import { formatCount } from '../report/table.ts';
import { type MeasuredDatabase, openMeasured } from './measured-database.ts';
import { seedHistory } from './seed-history.ts';

export type SeededDatabase = AsyncDisposable & { readonly measured: MeasuredDatabase; readonly hotUser: number };

type Seeding = Pick<BenchRun, 'rows' | 'dataDir' | 'print' | 'signal'> & { users: number };

/** A database with today's schema and `rows` generations, all of them counted. With `dataDir` it is kept there and used again. */
export async function openSeededDatabase({ dataDir, ...seeding }: Seeding): Promise<SeededDatabase> {
  await using undo = new AsyncDisposableStack();
  const folder = dataDir ?? undo.use(await temporaryFolder()).path;
  if (dataDir) {
    await mkdir(dataDir, { recursive: true });
    await chmod(dataDir, 0o755);
  }
  const postgres = undo.use(await startPostgres({ dataDir: folder, durable: dataDir !== null }));
  const measured = undo.use(openMeasured(postgres.url));
  await migrate(measured.db);
  const hotUser = (await findSeed(measured.db, seeding.rows)) ?? (await seed(measured.db, seeding));
  await sql`vacuum analyze`.execute(measured.db);
  const opened = undo.move();
  return { measured, hotUser, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** The busiest user of a seed that was finished; null of an empty database. */
async function findSeed(db: Database, rows: number): Promise<number | null> {
  await sql`create table if not exists bench_seed (rows int not null, hot_user bigint not null)`.execute(db);
  const found = (await sql<{ rows: number; hot_user: number }>`select * from bench_seed`.execute(db)).rows[0];
  if (found && found.rows !== rows)
    throw new Error(`The data folder holds ${found.rows} generations: name another or ask for --rows ${found.rows}`);
  return found?.hot_user ?? null;
}

async function seed(db: Database, { rows, users, print, signal }: Omit<Seeding, 'dataDir'>): Promise<number> {
  const from = performance.now();
  const { hotUser } = await seedHistory(db, { rows, users, signal });
  const seededAt = performance.now();
  print(`${formatCount(rows)} generations of ${formatCount(users)} users in ${formatCount((seededAt - from) / 1_000)} s`);
  let taken = 0;
  for (let last = 1; last > 0; ) {
    signal.throwIfAborted();
    last = await rollUpOutcomes(db, 20_000);
    taken += last;
  }
  print(`${formatCount((taken * 1_000) / (performance.now() - seededAt))} outcomes a second into the rollups`);
  await sql`insert into bench_seed values (${rows}, ${hotUser})`.execute(db);
  return hotUser;
}
