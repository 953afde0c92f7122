import { openStatuses } from '@imagegen/core/generation/status';
import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

/**
 * Marks a generation of this user, or takes the mark back; without `favorite` it changes sides. What changed is counted once. False when
 * there is no such generation.
 */
export async function markFavorite(
  db: Executor,
  { userId, generationId, favorite }: { userId: number; generationId: string; favorite: boolean | undefined },
): Promise<boolean> {
  const { rows } = await sql`
    with before as (
      select generation_id, is_favorite from generation_history_v2
      where user_id = ${userId} and generation_id = ${generationId} and deleted_at is null for no key update
    ), marked as (
      update generation_history_v2 g set is_favorite = coalesce(${favorite ?? null}::boolean, not before.is_favorite)
      from before where g.generation_id = before.generation_id
      returning g.generation_id, g.is_favorite, before.is_favorite as was_favorite
    ), outcome as (
      insert into generation_outcomes (generation_id, kind)
      select generation_id, case when is_favorite then 'favorited' else 'unfavorited' end from marked where is_favorite <> was_favorite
    )
    select generation_id from marked`.execute(db);
  return rows.length > 0;
}

/** Hides an ended generation of this user from every list and lookup. False when there is none that has ended. */
export async function deleteGeneration(db: Executor, { userId, generationId }: { userId: number; generationId: string }): Promise<boolean> {
  const result = await db
    .updateTable('generation_history_v2')
    .set({ deleted_at: sql<Date>`now()` })
    .where('user_id', '=', userId)
    .where('generation_id', '=', generationId)
    .where('deleted_at', 'is', null)
    .where('status', 'not in', openStatuses)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Asks whoever works on it to stop; when nobody does, makes it due at once for somebody who will. */
export async function requestCancel(db: Executor, { userId, generationId }: { userId: number; generationId: string }): Promise<boolean> {
  const { rows } = await sql`
    update generation_history_v2
    set cancel_requested_at = coalesce(cancel_requested_at, now()),
      next_attempt_at = case when lease_owner is null then now() else next_attempt_at end,
      rung_at = case when lease_owner is null then now() - interval '1 hour' else rung_at end
    where user_id = ${userId} and generation_id = ${generationId} and status = 'processing'
    returning generation_id`.execute(db);
  return rows.length > 0;
}
