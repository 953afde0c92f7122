import { rm } from 'node:fs/promises';
import { Client } from 'pg';
import { appNames, type ChaosSystem, halves } from '../system/chaos-system.ts';
import type { Fault } from './fault.ts';
import { hold } from './wait.ts';

/** The supervisor starts again what was killed; the next fault may come before it is back. */
export const kills: Fault[] = [
  ...appNames.map(
    (app): Fault => ({ name: `kill-${app}`, strike: async ({ system, random }) => kill(system, `${app}-${random.pick(halves)}`) }),
  ),
  ...['simulator', 'nats', 'postgres'].map((name): Fault => ({ name: `kill-${name}`, strike: async ({ system }) => kill(system, name) })),
  {
    name: 'kill-services',
    strike: async ({ system }) => killAll(system, ['fal-a', 'fal-b', 'replicate-a', 'replicate-b', 'openai-a', 'openai-b']),
  },
  { name: 'kill-gateways', strike: async ({ system }) => killAll(system, ['gateway-a', 'gateway-b']) },
  { name: 'kill-backend', strike: ({ system }) => killBackend(system) },
  {
    name: 'wipe-nats',
    strike: async ({ system, signal }) => {
      await system.replaceNats((storeDir) => rm(storeDir, { recursive: true, force: true }));
      await hold(500, signal);
      return 'the whole store of NATS';
    },
  },
];

function kill(system: ChaosSystem, name: string): string | null {
  const process = system.processOf(name);
  const { pid } = process;
  if (pid === undefined) return null;
  process.kill('SIGKILL');
  return `${name} (${pid})`;
}

function killAll(system: ChaosSystem, names: readonly string[]): string | null {
  const victims = names.flatMap((name) => kill(system, name) ?? []);
  return victims.length > 0 ? victims.join(', ') : null;
}

/** Postgres takes the death of one backend for a corrupted memory and starts all over. */
async function killBackend(system: ChaosSystem): Promise<string | null> {
  const client = new Client({ connectionString: system.databaseUrl, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() order by state_change desc nulls last limit 1",
    );
    const pid = rows[0]?.pid;
    if (pid === undefined) return null;
    process.kill(pid, 'SIGKILL');
    return `backend ${pid}`;
  } catch {
    return null;
  } finally {
    await client.end().catch(() => undefined);
  }
}
