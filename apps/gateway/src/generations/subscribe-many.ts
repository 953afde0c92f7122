import type { GatewayContext } from '../context.ts';
import type { LiveEvent } from '../events/present-event.ts';
import type { Principal } from '../identity/principal.ts';
import { decodeCursor, encodeCursor } from './event-cursor.ts';
import { followLogs } from './follow-logs.ts';
import { openLog } from './subscribe.ts';

/** `id` continues all logs after this event, whichever of them it belongs to. */
export type ManyEvent = { id: string; event: LiveEvent };

export type ManySubscription = { ids: readonly string[]; lastEventId: string | undefined; signal: AbortSignal };

/**
 * The logs of several generations as one stream, from their first events or after `lastEventId`, until the last of them has ended. Null when
 * all of it was seen already. Throws NOT_FOUND, before anything is streamed, when one of them is not there.
 */
export async function subscribeMany(
  context: Pick<GatewayContext, 'db' | 'events' | 'logs'>,
  principal: Principal,
  { ids, lastEventId, signal }: ManySubscription,
): Promise<AsyncGenerator<ManyEvent, void> | null> {
  const seen = new Map(lastEventId ? decodeCursor(lastEventId) : []);
  const opened = await Promise.all(
    [...new Set(ids)].map((id) => openLog(context, principal, id, (generationId) => seen.get(generationId) ?? 0)),
  );
  const positions = opened.filter((position) => position !== null);
  return positions.length === 0 ? null : withCursor(followLogs(context, positions, signal), seen);
}

async function* withCursor(events: AsyncGenerator<LiveEvent, void>, seen: Map<string, number>): AsyncGenerator<ManyEvent, void> {
  for await (const event of events) {
    seen.set(event.generation_id, event.seq);
    yield { id: encodeCursor(seen), event };
  }
}
