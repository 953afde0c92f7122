import { AppError } from '@imagegen/core/errors/app-error';
import { generationStatuses } from '@imagegen/core/generation/status';
import { findOwner } from '@imagegen/db/queries/operations';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import { cancelGeneration } from '../generations/cancel-generation.ts';
import { retryGeneration } from '../generations/retry-generation.ts';
import type { Submitting } from '../generations/submit-generation.ts';
import type { Principal } from '../identity/principal.ts';

export const anyGenerationSchema = z.strictObject({ id: z.string().min(1).max(64).meta({ description: 'Generation id or request id' }) });

/** No prompt and no picture: what somebody made stays theirs. */
export const actedSchema = z.object({ generation_id: z.string(), status: z.enum(generationStatuses) });
type Acted = z.infer<typeof actedSchema>;

/** Makes the same again for whoever asked for it, once however often it is asked for: it is theirs, and they pay for it. For admins. */
export async function retryForOwner(context: Submitting, { id, api }: { id: string; api: string }): Promise<Acted> {
  const owner = await ownerOf(context, id);
  const { generation_id, status } = await retryGeneration(context, owner, { id, idempotencyKey: `operator-retry:${id}`, api });
  return { generation_id, status };
}

/** Ends anybody's open generation, uncharged as for its owner. For admins. */
export async function cancelForOwner(context: Pick<GatewayContext, 'db' | 'bus' | 'links' | 'events'>, id: string): Promise<Acted> {
  const { generation_id, status } = await cancelGeneration(context, await ownerOf(context, id), id);
  return { generation_id, status };
}

/** Throws NOT_FOUND. */
async function ownerOf({ db }: Pick<GatewayContext, 'db'>, id: string): Promise<Principal> {
  const owner = await findOwner(db, id);
  if (!owner) throw new AppError('NOT_FOUND', 'Generation not found');
  return { userId: owner.id, role: owner.role, scopes: ['read', 'generate'], keyId: null };
}
