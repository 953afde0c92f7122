import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { PreparingClient } from './preparing-client.ts';
import type { Tables } from './tables.ts';

/** A connection pool seen through Kysely. Query functions take it first, so that a transaction fits in its place. */
export type Database = Kysely<Tables>;
export type Executor = Database | Transaction<Tables>;

type DatabaseOptions = {
  url: string;
  poolSize?: number;
  /** How long a query waits for a free connection, or for a new one. */
  connectWithinMs?: number;
  /** Shown in `pg_stat_activity`. */
  applicationName: string;
  onIdleError: (error: Error) => void;
};

const int8 = 20;

/** Opens a pool whose sessions cannot hang: statements end after 10 s, lock waits after 5 s, idle transactions after 15 s. */
export function openDatabase({ url, poolSize = 10, connectWithinMs = 2_000, applicationName, onIdleError }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString: url,
    max: poolSize,
    application_name: applicationName,
    connectionTimeoutMillis: connectWithinMs,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: 10_000,
    lock_timeout: 5_000,
    idle_in_transaction_session_timeout: 15_000,
    // Every statement is a matter of milliseconds; starting processes for one takes longer, most of all when the machine is busy.
    options: '-c max_parallel_workers_per_gather=0',
    // Ids and micro-credits stay far below 2^53, so bigint columns are plain numbers.
    types: { getTypeParser: (oid, format) => (oid === int8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format)) },
  });
  pool.on('error', onIdleError);
  // A connection that breaks between two queries of its user has nobody else to tell, and an unheard error ends the process. The user's
  // next query fails.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

/** A round trip, for readiness. */
export async function checkDatabase(db: Database): Promise<void> {
  await sql`select 1`.execute(db);
}
