import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

/**
 * Marks completed generations with `save_to_vault: false` whose pictures have been kept for `keptMs`, and names those pictures. Each is
 * marked once, by whichever replica comes first; what a replica that dies then leaves in the vault is found as forgotten.
 */
export async function takeTemporary(db: Executor, { keptMs, limit }: { keptMs: number; limit: number }): Promise<string[]> {
  const { rows } = await sql<{ sha256: string }>`
    with taken as (
      update generation_history_v2 set pictures_removed_at = now()
      where generation_id in (
        select generation_id from generation_history_v2
        where settings ->> 'save_to_vault' = 'false' and status = 'completed' and pictures_removed_at is null
          and completed_at < now() - make_interval(secs => ${keptMs / 1000}::float8)
        order by completed_at limit ${limit} for update skip locked)
      returning images
    )
    select distinct picture ->> 'sha256' as sha256 from taken, jsonb_array_elements(images) as picture`.execute(db);
  return rows.map(({ sha256 }) => sha256);
}

/**
 * Those of the pictures that nothing refers to any more: no generation's result, unless it was kept for a day only and that is over, no
 * reference picture and no thumbnail of a preset. Results of calls whose generation is still open are not looked at: the caller leaves out
 * what is younger than any generation may take.
 */
export async function findForgotten(db: Executor, sha256s: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ sha256: string }>`
    select sha256 from unnest(${sha256s}::text[]) as sha256
    where not exists (
        select from generation_history_v2
        where images <> '[]' and images @> jsonb_build_array(jsonb_build_object('sha256', sha256)) and pictures_removed_at is null)
      and not exists (
        select from generation_history_v2
        where settings ->> 'reference_image' = 'vault:' || sha256 and settings ->> 'reference_image' like 'vault:%')
      and not exists (select from generation_presets where thumbnail_url = 'vault:' || sha256 and thumbnail_url like 'vault:%')`.execute(
    db,
  );
  return rows.map(({ sha256 }) => sha256);
}

/** Pictures that should be in the vault, of up to `limit` generations after `afterId`, oldest first. */
export async function listKeptPictures(
  db: Executor,
  { afterId, limit }: { afterId: number; limit: number },
): Promise<{ id: number; generation_id: string; sha256s: string[] }[]> {
  const { rows } = await sql<{ id: number; generation_id: string; sha256s: string[] }>`
    select id, generation_id, array(select picture ->> 'sha256' from jsonb_array_elements(images) as picture) as sha256s
    from generation_history_v2
    where id > ${afterId} and status = 'completed' and pictures_removed_at is null and completed_at < now() - interval '1 minute'
    order by id limit ${limit}`.execute(db);
  return rows;
}
