import type { Database } from '@imagegen/db/open-database';
import type { Tables } from '@imagegen/db/tables';
import { Kysely, type LogEvent, PostgresDialect } from 'kysely';
import pg from 'pg';

export type Statement = { text: string; parameters: readonly unknown[] };
export type Timing = { databaseMs: number; callerMs: number };

export type MeasuredDatabase = AsyncDisposable & {
  readonly db: Database;
  /** Runs `work` and tells how long Postgres was busy with it (parse, plan, execute and send, of all its statements) and how long it took. */
  time(work: () => Promise<unknown>): Promise<Timing>;
  /** What the last timed work sent. */
  statements(): readonly Statement[];
  explain(statement: Statement): Promise<ExplainedPlan>;
};

/** One node of a plan as `explain (format json)` shows it. */
export type PlanNode = { 'Node Type': string; 'Index Name'?: string; 'Relation Name'?: string; Plans?: PlanNode[] };
export type ExplainedPlan = { Plan: PlanNode };

const int8 = 20;

/** Every session reports its own durations (`log_duration`), so that the time of the very call is read and not that of a repetition. */
export function openMeasured(url: string): MeasuredDatabase {
  let databaseMs = 0;
  let statements: Statement[] = [];
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    // Without parallel workers, as the gateway asks.
    options: '-c log_duration=on -c client_min_messages=log -c max_parallel_workers_per_gather=0',
    types: { getTypeParser: (oid, format) => (oid === int8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format)) },
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('notice', ({ message }) => {
      databaseMs += Number(/^duration: ([\d.]+) ms/.exec(message ?? '')?.[1] ?? 0);
    });
  });
  const log = ({ query }: LogEvent) => void statements.push({ text: query.sql, parameters: query.parameters });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), log });
  return {
    db,
    async time(work) {
      databaseMs = 0;
      statements = [];
      const startedAt = performance.now();
      await work();
      return { databaseMs, callerMs: performance.now() - startedAt };
    },
    statements: () => statements,
    async explain({ text, parameters }) {
      const { rows } = await pool.query<{ 'QUERY PLAN': ExplainedPlan[] }>(`explain (format json) ${text}`, [...parameters]);
      const plan = rows[0]?.['QUERY PLAN'][0];
      if (!plan) throw new Error('Postgres explained nothing');
      return plan;
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}
