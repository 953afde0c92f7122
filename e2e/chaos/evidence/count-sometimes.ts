import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import type { Evidence } from './evidence.ts';

/** Things that are rare by design. A run in which they never happened has proved nothing about them. */
export async function countSometimes(client: Client, dataDir: string, history: Evidence['history']): Promise<Record<string, number>> {
  const { rows } = await client.query<{ retaken: number; adopted: number; unknown: number; retried: number }>(`
    select (select count(*) from generation_history_v2 where lease_epoch > 2)::int as retaken,
      (select count(*) from generation_attempts a join webhook_inbox w using (callback_token)
        where a.provider_request_id is not null and coalesce(a.provider_urls, '{}') = '{}')::int as adopted,
      (select count(*) from generation_attempts where state = 'unknown' or error ->> 'code' = 'OUTCOME_UNKNOWN')::int as unknown,
      (select count(*) from generation_history_v2 where tries > 0)::int as retried`);
  const logs = await readLogs(dataDir);
  const count = (pattern: RegExp) => [...logs.matchAll(pattern)].length;
  const calls = history.filter((line) => line.kind === 'call');
  return {
    'generations taken up again by another owner': rows[0]?.retaken ?? 0,
    'generations tried again': rows[0]?.retried ?? 0,
    'fenced writes': count(/"msg":"lease lost/g),
    'submissions adopted through a webhook': rows[0]?.adopted ?? 0,
    'attempts with an unknown outcome': rows[0]?.unknown ?? 0,
    'requests shed (429 or 503)': calls.filter(({ status }) => status === 429 || status === 503).length,
    'answers lost': calls.filter(({ status }) => status === 'lost').length,
    'answers replayed': calls.filter(({ replayed }) => replayed).length,
    'connections resumed by subscribers': history.filter((line) => line.kind === 'events' && line.connections > 1).length,
  };
}

async function readLogs(dataDir: string): Promise<string> {
  const files = await readdir(dataDir, { recursive: true });
  const texts = await Promise.all(
    files.filter((file) => /logs\/[\w-]+\.log$/.test(file)).map((file) => readFile(join(dataDir, file), 'utf8')),
  );
  return texts.join('\n');
}
