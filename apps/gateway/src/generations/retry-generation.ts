import { AppError } from '@imagegen/core/errors/app-error';
import type { Accepted } from '@imagegen/core/generation/output';
import type { SubmittedInput } from '@imagegen/core/generation/settings';
import { isTerminal } from '@imagegen/core/generation/status';
import { type GenerationRow, readAttached } from '@imagegen/db/queries/generations';
import { canonicalDefaults } from '../config.ts';
import type { Principal } from '../identity/principal.ts';
import type { Door } from './door.ts';
import { readRow } from './get-generation.ts';
import { type Submitting, submitGeneration } from './submit-generation.ts';

export type Retry = { id: string; reroll?: boolean | undefined; idempotencyKey?: string | undefined };

/**
 * A new generation with the settings, metadata and webhook of one that has ended: the same seed, or with `reroll` a new one. Throws NOT_FOUND, and CONFLICT
 * while it goes on.
 */
export async function retryGeneration(
  context: Submitting,
  principal: Principal,
  { id, reroll = false, idempotencyKey, api }: Retry & { api: string },
): Promise<Accepted & { replayed: boolean }> {
  const row = await readRow(context, principal, id);
  if (!isTerminal(row.status)) throw new AppError('CONFLICT', 'The generation has not ended yet.');
  const { metadata, webhook_url } = await readAttached(context.db, row.generation_id);
  const input = { ...inputOf(row, reroll), metadata, ...(webhook_url && { webhook_url }) };
  return submitGeneration(context, { principal, input, door: doorOf(row, api), idempotencyKey });
}

/** What was asked, as it was understood. A failed one that nobody had pinned to its engine is routed anew. */
export function inputOf(
  { settings, engine, status, routing }: Pick<GenerationRow, 'settings' | 'engine' | 'status' | 'routing'>,
  reroll: boolean,
): SubmittedInput {
  const { seed, seed_asked: _, ...asked } = settings;
  const pinned = status === 'completed' || routing.rule.startsWith('pinned:');
  return { ...asked, ...(!reroll && { seed }), ...(pinned && { engine }) };
}

/** The defaults that were used the first time are the defaults now. */
function doorOf({ generation_id, plan: { actual } }: GenerationRow, api: string): Door {
  const defaults = { steps: actual.steps ?? canonicalDefaults.steps, cfgScale: actual.cfg_scale ?? canonicalDefaults.cfgScale };
  return { api, route: `${api}/retry/${generation_id}`, defaults, engine: null };
}
