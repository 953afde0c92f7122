import type { GenerationEvent } from '@imagegen/core/generation/event';
import type { GenerationOutput } from '@imagegen/core/generation/output';
import { isTerminal } from '@imagegen/core/generation/status';
import { listEvents } from '@imagegen/db/queries/events';
import type { GenerationRow } from '@imagegen/db/queries/generations';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { readRow } from './get-generation.ts';
import { presentGeneration } from './present-generation.ts';

/** An event; the terminal one is the whole canonical output as well. */
export type LiveEvent = GenerationEvent & Partial<GenerationOutput>;

/** Looked at without an announcement this often: a lost one costs seconds, not the event. */
const lookAgainMs = 5_000;

type Following = Pick<GatewayContext, 'db' | 'links' | 'events'>;
type Subscription = { afterSeq: number; signal: AbortSignal };

/**
 * The log of one generation, from after `afterSeq` to its last event, first what is written and then what comes. Reconnecting with the last
 * seq gives exactly the rest, and nothing when the terminal event was the last one seen. Throws NOT_FOUND before there is anything to read.
 */
export async function subscribe(
  context: Following,
  principal: Principal,
  { id, ...subscription }: Subscription & { id: string },
): Promise<AsyncGenerator<LiveEvent, void>> {
  return follow(context, principal, { ...subscription, ...(await readRow(context, principal, id)) });
}

async function* follow(
  context: Following,
  principal: Principal,
  { generation_id, request_id, afterSeq, signal }: Subscription & Pick<GenerationRow, 'generation_id' | 'request_id'>,
): AsyncGenerator<LiveEvent, void> {
  let seenSeq = afterSeq;
  while (!signal.aborted) {
    const grown = context.events.changed(generation_id, { afterSeq: seenSeq, timeoutMs: lookAgainMs, signal });
    const events = await listEvents(context.db, generation_id, seenSeq);
    if (events.length === 0) {
      const { status, event_seq } = await readRow(context, principal, generation_id);
      if (isTerminal(status) && event_seq <= seenSeq) return;
    }
    for (const event of events) {
      seenSeq = event.seq;
      const { queue_position, at, ...rest } = event;
      const live = { ...rest, generation_id, request_id, at: at.toISOString(), ...(queue_position !== null && { queue_position }) };
      if (!isTerminal(event.status)) yield live;
      else {
        yield { ...presentGeneration(await readRow(context, principal, generation_id), context.links), ...live };
        return;
      }
    }
    await grown;
  }
}
