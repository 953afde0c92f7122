import { announce } from '@imagegen/bus/publish';
import { engines } from '@imagegen/core/engines/catalogue';
import { AppError } from '@imagegen/core/errors/app-error';
import { canceledError } from '@imagegen/core/generation/canceled';
import type { GenerationOutput } from '@imagegen/core/generation/output';
import { isTerminal } from '@imagegen/core/generation/status';
import { subjects } from '@imagegen/core/messages/subjects';
import { cancelPending } from '@imagegen/db/queries/finish-generation';
import type { GenerationRow } from '@imagegen/db/queries/generations';
import { requestCancel } from '@imagegen/db/queries/mark-generation';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { readRow } from './get-generation.ts';
import { presentGeneration } from './present-generation.ts';

/** How long the answer waits for the worker to stop; whoever cancels wants to hear that it has. */
const patienceMs = 3_000;

type Canceling = Pick<GatewayContext, 'db' | 'bus' | 'links' | 'events'>;

/**
 * Ends what nobody has begun, and asks the worker to stop what it works on: then the answer may still be `processing`. A generation ends
 * once: either it is canceled and not charged, or it was completed before. Canceling again answers the same; CONFLICT when it has ended
 * otherwise.
 */
export async function cancelGeneration(context: Canceling, principal: Principal, id: string): Promise<GenerationOutput> {
  const { db, links } = context;
  const row = await readRow(context, principal, id);
  const { generation_id: generationId, user_id: userId } = row;
  if (!isTerminal(row.status)) {
    const subject = subjects.event(userId, generationId);
    const ended = await cancelPending(db, { userId, generationId }, { status: 'failed', error: canceledError }, subject);
    if (ended) announce(context.bus, subject, { v: 1, generation_id: generationId, seq: ended.seq, type: 'failed' });
    else if (await requestCancel(db, { userId, generationId })) await waitForEnd(context, principal, row);
  }
  const now = await readRow(context, principal, id);
  if (now.status === 'completed' || (now.status === 'failed' && now.error?.code !== 'CANCELED')) {
    throw new AppError('CONFLICT', `The generation has already ${now.status === 'completed' ? 'completed' : 'failed'}.`, {
      details: { status: now.status },
    });
  }
  return presentGeneration(now, links);
}

async function waitForEnd({ db, bus, events }: Canceling, principal: Principal, row: GenerationRow): Promise<void> {
  const { generation_id: generationId, engine } = row;
  const until = performance.now() + patienceMs;
  let seenSeq = row.event_seq;
  announce(bus, subjects.cancel(engines[engine].provider, generationId), { v: 1, generation_id: generationId });
  while (performance.now() < until) {
    await events.changed(generationId, { afterSeq: seenSeq, timeoutMs: until - performance.now() });
    const now = await readRow({ db }, principal, generationId);
    if (isTerminal(now.status)) return;
    seenSeq = now.event_seq;
  }
}
