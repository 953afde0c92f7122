import { isTerminal } from '@imagegen/core/generation/status';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { decodeCursor, encodeCursor } from './event-cursor.ts';
import { readRow } from './get-generation.ts';
import { mergeStreams } from './merge-streams.ts';
import { type LiveEvent, subscribe } from './subscribe.ts';

/** `id` continues all logs after this event, whichever of them it belongs to. */
export type ManyEvent = { id: string; event: LiveEvent };

export type ManySubscription = { ids: readonly string[]; lastEventId: string | undefined; signal: AbortSignal };

/**
 * The logs of several generations as one stream, from their first events or after `lastEventId`, until the last of them has ended. Null when
 * all of it was seen already. Throws NOT_FOUND, before anything is streamed, when one of them is not there.
 */
export async function subscribeMany(
  context: Pick<GatewayContext, 'db' | 'links' | 'events'>,
  principal: Principal,
  { ids, lastEventId, signal }: ManySubscription,
): Promise<AsyncGenerator<ManyEvent, void> | null> {
  const positions = new Map(lastEventId ? decodeCursor(lastEventId) : []);
  const rows = await Promise.all([...new Set(ids)].map((id) => readRow(context, principal, id)));
  const unseen = rows.filter((row) => !isTerminal(row.status) || (positions.get(row.generation_id) ?? 0) < row.event_seq);
  if (unseen.length === 0) return null;
  const logs = await Promise.all(
    [...new Set(unseen.map((row) => row.generation_id))].map((id) =>
      subscribe(context, principal, { id, afterSeq: positions.get(id) ?? 0, signal }),
    ),
  );
  return withCursor(mergeStreams(logs), positions);
}

async function* withCursor(events: AsyncGenerator<LiveEvent, void>, positions: Map<string, number>): AsyncGenerator<ManyEvent, void> {
  for await (const event of events) {
    positions.set(event.generation_id, event.seq);
    yield { id: encodeCursor(positions), event };
  }
}
