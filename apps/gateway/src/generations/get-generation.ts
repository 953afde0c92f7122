import { AppError } from '@imagegen/core/errors/app-error';
import type { GenerationDetails, GenerationOutput } from '@imagegen/core/generation/output';
import { isTerminal } from '@imagegen/core/generation/status';
import { validationError } from '@imagegen/core/validation/validate';
import { findGeneration, type GenerationRow, listAttempts } from '@imagegen/db/queries/generations';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { presentDetails, presentGeneration } from './present-generation.ts';

type Reading = Pick<GatewayContext, 'db' | 'links' | 'events'>;

export type StatusQuery = { request_id?: string | undefined; generation_id?: string | undefined; wait?: number | undefined };

/** The canonical output by either id. With `wait`, the answer is held up to that many seconds until something changes. */
export async function checkStatus(context: Reading, principal: Principal, query: StatusQuery): Promise<GenerationOutput> {
  const id = query.request_id ?? query.generation_id;
  if (!id) {
    const message = 'is required (or generation_id)';
    throw validationError([{ path: 'request_id', message }]);
  }
  let row = await readRow(context, principal, id);
  const { event_seq: afterSeq } = row;
  const endsAt = performance.now() + (query.wait ?? 0) * 1000;
  for (let leftMs = endsAt - performance.now(); row.event_seq === afterSeq && !isTerminal(row.status) && leftMs > 0; ) {
    await context.events.changed(row.generation_id, { afterSeq, timeoutMs: leftMs });
    row = await readRow(context, principal, id);
    leftMs = endsAt - performance.now();
  }
  return presentGeneration(row, context.links);
}

/** The canonical output with every attempt. */
export async function getGeneration(context: Reading, principal: Principal, id: string): Promise<GenerationDetails> {
  const row = await readRow(context, principal, id);
  return presentDetails(presentGeneration(row, context.links), await listAttempts(context.db, row.generation_id));
}

/** Throws NOT_FOUND, also for somebody else's. */
export async function readRow({ db }: Pick<GatewayContext, 'db'>, { userId }: Principal, id: string): Promise<GenerationRow> {
  const row = await findGeneration(db, userId, id);
  if (!row) throw new AppError('NOT_FOUND', 'Generation not found');
  return row;
}
