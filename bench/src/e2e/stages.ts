import { Client } from 'pg';
import { percentile } from '../measure/percentiles.ts';
import type { Generated } from './generate-once.ts';

/** Moments of a generation in Postgres's words, epoch milliseconds. Each is when the statement began that wrote it. */
type Moments = { accepted: number; claimed: number; intended: number; submitted: number; kept: number; completed: number };

export type Stage = { name: string; p50Ms: number; p95Ms: number };

/** Where the time goes: the steps between what the caller saw and what the database was told, both by this machine's clock. */
export async function measureStages(databaseUrl: string, generated: readonly Generated[]): Promise<Stage[]> {
  const moments = await readMoments(databaseUrl, generated);
  const each = generated.flatMap((seen) => {
    const of = moments.get(seen.generationId);
    return of ? [{ ...seen, ...of }] : [];
  });
  const stage = (name: string, lengthOf: (one: Generated & Moments) => number): Stage => {
    const lengths = each.map(lengthOf);
    return { name, p50Ms: percentile(lengths, 50), p95Ms: percentile(lengths, 95) };
  };
  return [
    stage('sent → storing it (HTTP, validation, routing)', (one) => one.accepted - one.intendedAtMs),
    stage('→ claimed by the fal service (commit, ring, pull)', (one) => one.claimed - one.accepted),
    stage('→ writing the intent (claim committed)', (one) => one.intended - one.claimed),
    stage('→ storing the provider id (intent committed, POST)', (one) => one.submitted - one.intended),
    stage('→ storing the outcome (status, result, download, decode, vault)', (one) => one.kept - one.submitted),
    stage('→ completing (outcome committed)', (one) => one.completed - one.kept),
    stage('→ seen by the caller (commit, event, SSE)', (one) => one.visibleAtMs - one.completed),
    stage('whole', (one) => one.visibleAtMs - one.intendedAtMs),
    stage('of which: sent → answered 202', (one) => one.acceptedAtMs - one.intendedAtMs),
  ];
}

async function readMoments(databaseUrl: string, generated: readonly Generated[]): Promise<Map<string, Moments>> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Moments & { generation_id: string }>(
      `select generation_id, (extract(epoch from g.created_at) * 1000)::float8 as accepted,
         (extract(epoch from g.started_at) * 1000)::float8 as claimed, (extract(epoch from a.created_at) * 1000)::float8 as intended,
         (extract(epoch from a.submitted_at) * 1000)::float8 as submitted, (extract(epoch from a.finished_at) * 1000)::float8 as kept,
         (extract(epoch from g.completed_at) * 1000)::float8 as completed
       from generation_history_v2 g join generation_attempts a using (generation_id)
       where generation_id = any($1) and a.state = 'succeeded'`,
      [generated.map(({ generationId }) => generationId)],
    );
    return new Map(rows.map(({ generation_id, ...moments }) => [generation_id, moments]));
  } finally {
    await client.end();
  }
}
