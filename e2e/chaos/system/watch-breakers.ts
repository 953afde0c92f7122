import { setTimeout as pause } from 'node:timers/promises';
import { withDatabase } from '../evidence/read-database.ts';

/** Counts the engines, process by process, that have said in their heartbeats that their breaker is open. */
export function watchBreakers(databaseUrl: string): { count(): number; stop(): Promise<void> } {
  const stopping = new AbortController();
  const opened = new Set<string>();

  async function look(): Promise<void> {
    const open = await withDatabase(databaseUrl, async (client) => {
      const { rows } = await client.query<{ name: string }>(`
        select provider || ' ' || instance || ' ' || (engine ->> 'engine') as name
        from provider_heartbeats, jsonb_array_elements(engines) as engine where engine ->> 'breaker' = 'open'`);
      return rows.map(({ name }) => name);
    });
    for (const name of open) opened.add(name);
  }

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await look().catch(() => undefined);
      await pause(1_000, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const watching = watch();
  return {
    count: () => opened.size,
    stop: () => {
      stopping.abort();
      return watching;
    },
  };
}
