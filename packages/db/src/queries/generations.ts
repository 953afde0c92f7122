import { sql } from 'kysely';
import type { Executor } from '../open-database.ts';

export const outputColumns = [
  'generation_id',
  'request_id',
  'id',
  'user_id',
  'provider',
  'engine',
  'api',
  'status',
  'settings',
  'plan',
  'adjustments',
  'accepted_as',
  'delivery_adjustments',
  'routing',
  'images',
  'error',
  'progress',
  'queue_position',
  'credits_used',
  'estimated_time_seconds',
  'generation_time',
  'is_favorite',
  'event_seq',
  'started_at',
  'created_at',
  'completed_at',
] as const;

/** A generation of this user by either of its ids. Somebody else's does not exist, and neither does a deleted one. */
export async function findGeneration(db: Executor, userId: number, id: string) {
  return (
    db
      .selectFrom('generation_history_v2')
      .select(outputColumns)
      .where(id.startsWith('req_') ? 'request_id' : 'generation_id', '=', id)
      // "+ 0" keeps a planner without statistics from walking the user's history instead of looking the unique id up.
      .where(sql<number>`user_id + 0`, '=', userId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
  );
}

/** How far the log of a generation of this user has come. As `findGeneration`, of which it reads as little as a subscriber needs. */
export async function findLog(db: Executor, userId: number, id: string) {
  return db
    .selectFrom('generation_history_v2')
    .select(['generation_id', 'request_id', 'status', 'event_seq'])
    .where(id.startsWith('req_') ? 'request_id' : 'generation_id', '=', id)
    .where(sql<number>`user_id + 0`, '=', userId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
}

export type GenerationRow = NonNullable<Awaited<ReturnType<typeof findGeneration>>>;

/** The rows of these generations, whoever's they are; a deleted one is not there. For readers who were let in already. */
export async function listGenerations(db: Executor, generationIds: readonly string[]): Promise<GenerationRow[]> {
  return db
    .selectFrom('generation_history_v2')
    .select(outputColumns)
    .where('generation_id', 'in', generationIds)
    .where('deleted_at', 'is', null)
    .execute();
}

/** What the caller attached to it, and who was to be told. */
export async function readAttached(
  db: Executor,
  generationId: string,
): Promise<{ metadata: Record<string, string>; webhook_url: string | null }> {
  return db
    .selectFrom('generation_history_v2')
    .select(['metadata', 'webhook_url'])
    .where('generation_id', '=', generationId)
    .executeTakeFirstOrThrow();
}

export async function listAttempts(db: Executor, generationId: string) {
  return db
    .selectFrom('generation_attempts')
    .select(['try', 'call', 'engine', 'state', 'error', 'cost_micros'])
    .where('generation_id', '=', generationId)
    .orderBy('try')
    .orderBy('call')
    .execute();
}

/** Whether one of the user's generations holds this picture. */
export async function ownsImage(db: Executor, userId: number, sha256: string): Promise<boolean> {
  const row = await db
    .selectFrom('generation_history_v2')
    .select('generation_id')
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`images <> '[]' and images @> ${JSON.stringify([{ sha256 }])}::jsonb`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
