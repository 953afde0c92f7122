import { acceptGenerations, type NewGeneration } from '@imagegen/db/queries/accept-generations';
import { claimGeneration } from '@imagegen/db/queries/claims';
import { finishGeneration, type GenerationEnd } from '@imagegen/db/queries/finish-generation';
import { sql } from 'kysely';
import type { MeasuredDatabase } from './measured-database.ts';

export const writeSteps = ['accept', 'claim', 'finish'] as const;
export type WriteTimes = Record<(typeof writeSteps)[number], number[]>;

const prompt = 'everywhere lighthouse a small boat below the cliffs in the last light of a long day, painted';
const settings = { prompt, num_images: 1, format: 'jpeg', width: 1024, height: 1024, seed: 42, seed_asked: true } as const;

/** Database time of storing one generation, taking it and ending it, `count` times one after the other, beside everything seeded. */
export async function measureWrites({ db, time }: MeasuredDatabase, count: number, signal: AbortSignal): Promise<WriteTimes> {
  const { rows } = await sql<{ id: number }>`
    insert into users (subject) values ('bench:writer') on conflict (subject) do update set subject = excluded.subject returning id`.execute(
    db,
  );
  const userId = rows[0]?.id ?? 0;
  const times: WriteTimes = { accept: [], claim: [], finish: [] };
  for (let index = 0; index < count; index += 1) {
    signal.throwIfAborted();
    const generation = aGeneration(userId, `${Date.now()}${index}`.padStart(23, '0'));
    const generationId = generation.generation_id;
    times.accept.push((await time(() => acceptGenerations(db, [generation]))).databaseMs);
    times.claim.push((await time(() => claimGeneration(db, { generationId, owner: 'bench', leaseMs: 60_000 }))).databaseMs);
    times.finish.push((await time(() => finishGeneration(db, { generationId, epoch: 1 }, anEnd(index), 'bench'))).databaseMs);
  }
  return times;
}

function aGeneration(userId: number, number: string): NewGeneration {
  return {
    generation_id: `gen_w${number}`,
    request_id: `req_w${number}`,
    user_id: userId,
    provider: 'fal-standard',
    engine: 'flux-standard',
    api: 'v2',
    settings: {
      ...settings,
      loras: [
        { id: 309, weight: 1 },
        { id: 310, weight: 0.5 },
      ],
      save_to_vault: true,
      track_usage: true,
    },
    plan: {
      calls: [{ endpoint: 'fal-ai/flux-lora', body: { ...settings }, images: 1, seed: 42 }],
      actual: { steps: 28, cfg_scale: 3.5, width: 1024, height: 1024 },
      transcode: null,
    },
    adjustments: [],
    routing: { engine: 'flux-standard', rule: 'default', considered: [] },
    fallbacks: [],
    metadata: {},
    estimated_cost_micros: 25_000,
    estimated_time_seconds: 15,
    hold_micros: 25_000,
    deadline_seconds: 600,
    webhook_url: null,
    subject: 'bench',
    idempotency: null,
  };
}

function anEnd(index: number): GenerationEnd {
  const sha256 = index.toString(16).padStart(64, 'e');
  const image = { sha256, content_type: 'image/jpeg', width: 1024, height: 1024, bytes: 200_000, seed: 42, placeholder: 'p' };
  return { status: 'completed', images: [image], creditsUsed: 0.025, adjustments: [] };
}
