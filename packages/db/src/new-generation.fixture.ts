import { newId, newToken } from '@imagegen/runtime/ids';
import type { Executor } from './open-database.ts';
import { acceptGenerations, type NewGeneration } from './queries/accept-generations.ts';
import type { Intent } from './queries/attempts.ts';
import { type ClaimedGeneration, claimGeneration } from './queries/claims.ts';

/** A user, by the subject of their token; their id. */
export async function aUser(db: Executor, subject = 'test:somebody'): Promise<number> {
  const { id } = await db
    .insertInto('users')
    .values({ subject })
    .onConflict((conflict) => conflict.column('subject').doUpdateSet({ subject }))
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** One call for one picture at fal, as the gateway would accept it. */
export function aGeneration(userId: number, changes: Partial<NewGeneration> = {}): NewGeneration {
  const generation_id = newId('gen');
  const settings: NewGeneration['settings'] = {
    prompt: 'a lighthouse',
    loras: [],
    num_images: 1,
    format: 'jpeg',
    save_to_vault: true,
    track_usage: true,
    seed: 42,
    seed_asked: true,
    width: 64,
    height: 64,
  };
  return {
    generation_id,
    request_id: newId('req'),
    user_id: userId,
    provider: 'fal-standard',
    engine: 'flux-standard',
    api: 'v2',
    settings,
    plan: {
      calls: [{ endpoint: 'fal-ai/flux-lora', body: { prompt: 'a lighthouse', seed: 42 }, images: 1, seed: 42 }],
      actual: { steps: 28, cfg_scale: 3.5, width: 64, height: 64 },
      transcode: null,
    },
    adjustments: [],
    routing: { engine: 'flux-standard', rule: 'pinned: the caller chose this engine', considered: [] },
    fallbacks: [],
    metadata: {},
    estimated_cost_micros: 25_000,
    hold_micros: 1_000_000,
    estimated_time_seconds: 15,
    deadline_seconds: 600,
    webhook_url: null,
    subject: `generation.requested.fal.${generation_id}`,
    idempotency: null,
    ...changes,
  };
}

/** Stores a generation and takes it, for a minute. */
export async function aClaimedGeneration(db: Executor, userId: number, changes: Partial<NewGeneration> = {}): Promise<ClaimedGeneration> {
  const generation = aGeneration(userId, changes);
  await acceptGenerations(db, [generation]);
  const claimed = await claimGeneration(db, { generationId: generation.generation_id, owner: 'test', leaseMs: 60_000 });
  if (!claimed) throw new Error('the generation could not be claimed');
  return claimed;
}

/** The first attempt at the first call. */
export function anIntent({ engine }: Pick<ClaimedGeneration, 'engine'>, changes: Partial<Intent> = {}): Intent {
  return { id: newId('att'), try: 1, call: 0, engine, provider: 'fal', seed: 42, callbackToken: newToken(), ...changes };
}

/** What waiting would do: the lease of whoever holds the generation runs out. */
export async function expireLease(db: Executor, generationId: string): Promise<void> {
  await db
    .updateTable('generation_history_v2')
    .set({ lease_until: new Date(0) })
    .where('generation_id', '=', generationId)
    .execute();
}
