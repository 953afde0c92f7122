import { isTerminal } from '@imagegen/core/generation/status';
import { fitPayload } from '@imagegen/core/webhooks/fit-payload';
import { testEvent } from '@imagegen/core/webhooks/webhook-event';
import type { ClaimedDelivery } from '@imagegen/db/queries/claim-deliveries';
import { findEvent } from '@imagegen/db/queries/events';
import { findGeneration } from '@imagegen/db/queries/generations';
import type { GatewayContext } from '../context.ts';
import { presentGeneration } from '../generations/present-generation.ts';

export type Payload = { type: string; timestamp: string; data: Record<string, unknown> };

type Described = Pick<ClaimedDelivery, 'type' | 'endpoint_id' | 'generation_id' | 'seq' | 'user_id'>;

/**
 * What a webhook says: the last event is the canonical output, with links that are fresh at every attempt, the others are a line of the log.
 * `seq` is its place in the log, for receivers that want an order. Null: the generation was deleted since.
 */
export async function describeEvent({ db, links }: Pick<GatewayContext, 'db' | 'links'>, delivery: Described): Promise<Payload | null> {
  const { type, generation_id, seq, user_id } = delivery;
  if (generation_id === null || seq === null) {
    const data = { endpoint_id: delivery.endpoint_id, message: 'A sample; it belongs to no generation.' };
    return { type: testEvent, timestamp: new Date().toISOString(), data };
  }
  const row = await findGeneration(db, user_id, generation_id);
  const event = row && (await findEvent(db, generation_id, seq));
  if (!event) return null;
  const timestamp = event.at.toISOString();
  if (isTerminal(event.status)) return { type, timestamp, data: fitPayload({ ...presentGeneration(row, links), seq }) };
  const { status, progress, queue_position } = event;
  const { request_id } = row;
  const line = { generation_id, request_id, seq, status, progress, ...(queue_position !== null && { queue_position }) };
  return { type, timestamp, data: line };
}
