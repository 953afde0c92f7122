import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import { type RunningNats, startNats } from './nats.ts';
import { temporaryFolder } from './temporary-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a superuser; make a database of your own with `createTestDatabase`. */
    postgresUrl: string;
    natsUrl: string;
  }
}

export type TestDatabase = AsyncDisposable & { readonly url: string; drop(): Promise<void> };

/** Superuser URL of the Postgres that all test files of a run share. */
export function testPostgres(): string {
  return inject('postgresUrl');
}

/** URL of the nats-server that all test files of a run share: for names that no other file uses. */
export function testNats(): string {
  return inject('natsUrl');
}

/** An empty database of its own on the shared Postgres. Dropping ends the sessions still open on it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await execute(`CREATE DATABASE ${name}`);
  const url = new URL(testPostgres());
  url.pathname = `/${name}`;
  const drop = () => execute(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  return { url: url.href, drop, [Symbol.asyncDispose]: drop };
}

/** A nats-server of its own, ready in about 40 ms: for tests of streams and consumers whose names are fixed. */
export async function startTestNats(): Promise<RunningNats> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await temporaryFolder());
  const nats = undo.use(await startNats({ dataDir: folder.path }));
  const running = undo.move();
  return { ...nats, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function execute(statement: string): Promise<void> {
  const client = new Client({ connectionString: testPostgres() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
