import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { checkDatabase, type Database } from './open-database.ts';

/** cannot_connect_now and too_many_connections: the server is there, and will answer in a moment. */
const passing = ['57P03', '53300'];

/**
 * Waits for a server that is not there yet, or too busy to take a connection: systems start all their processes at once. Rejects with the
 * last failure after `limitMs`, and at once when the server refuses who or what was asked for.
 */
export async function awaitDatabase(db: Database, limitMs = 30_000): Promise<void> {
  const endsAt = performance.now() + limitMs;
  for (;;) {
    try {
      return await checkDatabase(db);
    } catch (error) {
      const refused = error instanceof pg.DatabaseError && !passing.includes(error.code ?? '');
      if (refused || performance.now() >= endsAt) throw error;
      await pause(250);
    }
  }
}
