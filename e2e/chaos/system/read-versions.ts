import { once } from 'node:events';
import { connect } from 'node:net';
import { withDatabase } from '../evidence/read-database.ts';

/** What runs beneath: `PostgreSQL 18.4, NATS 2.14.0`. */
export async function readVersions({ databaseUrl, natsPort }: { databaseUrl: string; natsPort: number }): Promise<string> {
  const postgres = await withDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version ?? 'unknown';
  });
  return `PostgreSQL ${postgres}, NATS ${await readNatsVersion(natsPort)}`;
}

/** The first thing that a server says, to anybody, is `INFO {…}`. */
async function readNatsVersion(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    return /"version":"([^"]+)"/.exec(String(greeting))?.[1] ?? 'unknown';
  } finally {
    socket.destroy();
  }
}
