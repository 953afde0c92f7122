import { AppError } from '@imagegen/core/errors/app-error';
import { isTerminal } from '@imagegen/core/generation/status';
import { findLog } from '@imagegen/db/queries/generations';
import type { GatewayContext } from '../context.ts';
import type { Ask } from '../events/log-reader.ts';
import type { LiveEvent } from '../events/present-event.ts';
import type { Principal } from '../identity/principal.ts';
import { followLogs } from './follow-logs.ts';

type Following = Pick<GatewayContext, 'db' | 'events' | 'logs'>;

/**
 * The log of one generation, from after `afterSeq` to its last event, first what is written and then what comes. Reconnecting with the last
 * seq gives exactly the rest, and nothing when the terminal event was the last one seen. Throws NOT_FOUND before there is anything to read.
 */
export async function subscribe(
  context: Following,
  principal: Principal,
  { id, afterSeq, signal }: { id: string; afterSeq: number; signal: AbortSignal },
): Promise<AsyncGenerator<LiveEvent, void>> {
  const position = await openLog(context, principal, id, () => afterSeq);
  return followLogs(context, position ? [position] : [], signal);
}

/**
 * Where to go on in the log of one generation, by either of its ids; null when all of it was seen. A seq that the log has not reached stands
 * for the last one it has. Throws NOT_FOUND, also for somebody else's.
 */
export async function openLog(
  { db }: Pick<GatewayContext, 'db'>,
  { userId }: Principal,
  id: string,
  afterSeqOf: (generationId: string) => number,
): Promise<Ask | null> {
  const log = await findLog(db, userId, id);
  if (!log) throw new AppError('NOT_FOUND', 'Generation not found');
  const { generation_id: generationId, request_id: requestId, status, event_seq } = log;
  const afterSeq = Math.min(afterSeqOf(generationId), event_seq);
  return isTerminal(status) && afterSeq === event_seq ? null : { generationId, requestId, afterSeq };
}
