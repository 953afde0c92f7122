import type { Provider } from '@imagegen/core/engines/engine';
import type { Heartbeat } from '@imagegen/core/routing/engine-health';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

/** What a process says of itself; when it says so is the database's business. */
export type OwnHeartbeat = Omit<Heartbeat, 'seen_at' | 'age_ms'>;

/** Says that the process is alive, and forgets those of the same provider that have been silent for an hour: this one is newer. */
export async function beat(db: Executor, own: OwnHeartbeat): Promise<void> {
  await sql`/* prepare: beat */
    with gone as (
      delete from provider_heartbeats
      where provider = ${own.provider} and instance <> ${own.instance} and seen_at < now() - interval '1 hour'
    )
    insert into provider_heartbeats (provider, instance, version, started_at, key, concurrency, running, engines)
    values (${own.provider}, ${own.instance}, ${own.version}, ${own.started_at}::timestamptz, ${own.key}, ${own.concurrency}::int,
      ${own.running}::int, ${JSON.stringify(own.engines)}::jsonb)
    on conflict (provider, instance) do update set version = excluded.version, started_at = excluded.started_at, seen_at = now(),
      key = excluded.key, concurrency = excluded.concurrency, running = excluded.running, engines = excluded.engines`.execute(db);
}

/**
 * Takes the row of a process that stops in good order. The last one of a provider stays: a service that was there and is silent is down, one
 * that never spoke may be about to start.
 */
export async function stopBeating(db: Executor, { provider, instance }: { provider: Provider; instance: string }): Promise<void> {
  await sql`
    delete from provider_heartbeats
    where provider = ${provider} and instance = ${instance}
      and exists (select 1 from provider_heartbeats other where other.provider = ${provider} and other.instance <> ${instance})`.execute(
    db,
  );
}

/** All processes of all providers' services, the silent ones too. */
export async function listHeartbeats(db: Executor): Promise<Heartbeat[]> {
  const { rows } = await sql<Omit<Heartbeat, 'started_at' | 'seen_at'> & { started_at: Date; seen_at: Date }>`/* prepare: list_heartbeats */
    select provider, instance, version, started_at, seen_at, (extract(epoch from now() - seen_at) * 1000)::float8 as age_ms,
      key, concurrency, running, engines
    from provider_heartbeats order by provider, started_at, instance`.execute(db);
  return rows.map((row) => ({ ...row, started_at: row.started_at.toISOString(), seen_at: row.seen_at.toISOString() }));
}
