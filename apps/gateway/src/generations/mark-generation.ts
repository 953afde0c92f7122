import { AppError } from '@imagegen/core/errors/app-error';
import type { GenerationOutput } from '@imagegen/core/generation/output';
import { isTerminal } from '@imagegen/core/generation/status';
import { deleteGeneration as deleteRow, markFavorite } from '@imagegen/db/queries/mark-generation';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { readRow } from './get-generation.ts';
import { presentGeneration } from './present-generation.ts';

/** Sets the mark, or changes it when nothing is said. Throws NOT_FOUND. */
export async function favoriteGeneration(
  { db, links }: Pick<GatewayContext, 'db' | 'links'>,
  principal: Principal,
  { id, favorite }: { id: string; favorite?: boolean | undefined },
): Promise<GenerationOutput> {
  const { generation_id: generationId } = await readRow({ db }, principal, id);
  await markFavorite(db, { userId: principal.userId, generationId, favorite });
  return presentGeneration(await readRow({ db }, principal, id), links);
}

export const deletedGenerationSchema = z.object({ generation_id: z.string(), deleted: z.literal(true) });

/** Out of sight for ever; what it cost stays in the books. Throws NOT_FOUND, and CONFLICT while it goes on. */
export async function deleteGeneration(
  { db }: Pick<GatewayContext, 'db'>,
  principal: Principal,
  id: string,
): Promise<z.infer<typeof deletedGenerationSchema>> {
  const { generation_id: generationId, status } = await readRow({ db }, principal, id);
  if (!isTerminal(status)) throw new AppError('CONFLICT', 'The generation has not ended yet; cancel it first.');
  if (!(await deleteRow(db, { userId: principal.userId, generationId }))) throw new AppError('NOT_FOUND', 'Generation not found');
  return { generation_id: generationId, deleted: true };
}
