import type { GenerationEvent } from '@imagegen/core/generation/event';
import type { GenerationOutput } from '@imagegen/core/generation/output';
import type { LoggedEvent } from '@imagegen/db/queries/events';
import { presentReceipt } from '../generations/present-generation.ts';

/** An event; the terminal one is the whole canonical output as well. */
export type LiveEvent = GenerationEvent & Partial<GenerationOutput>;

type Generation = { generationId: string; requestId: string };

/** The only place where lines of a log become events that callers see. */
export function presentEvent({ generationId, requestId }: Generation, event: LoggedEvent): GenerationEvent {
  const { seq, type, status, progress, queue_position, at, routing, failover } = event;
  return {
    generation_id: generationId,
    request_id: requestId,
    seq,
    type,
    status,
    progress,
    ...(queue_position !== null && { queue_position }),
    ...(routing && { routing: presentReceipt(routing) }),
    ...(failover && { failover: { from: failover.from, to: failover.to, reason: failover.reason, at: failover.at } }),
    at: at.toISOString(),
  };
}
