import { announce } from '@imagegen/bus/publish';
import type { EventType } from '@imagegen/core/generation/event';
import { subjects } from '@imagegen/core/messages/subjects';
import type { ClaimedGeneration, Lease } from '@imagegen/db/queries/claims';
import { appendEvent } from '@imagegen/db/queries/events';
import type { SubmissionState } from './provider-adapter.ts';
import type { WorkerContext } from './worker-context.ts';

const smallestStep = 5;

/** Writes what changed to the generation's log: every new queue position, and progress in steps of at least five percent. */
export function progressReporter(context: WorkerContext, generation: ClaimedGeneration, lease: Lease) {
  let position: number | null = null;
  let progress = 0;
  return async (state: SubmissionState): Promise<void> => {
    if (state.kind === 'queued' && state.position !== null && state.position !== position) {
      position = state.position;
      await report(context, generation, lease, { type: 'queued', progress, queuePosition: position });
    }
    if (state.kind === 'running' && state.progress !== null && state.progress >= progress + smallestStep) {
      progress = Math.min(99, Math.floor(state.progress));
      await report(context, generation, lease, { type: 'progressed', progress, queuePosition: null });
    }
  };
}

async function report(
  context: WorkerContext,
  generation: ClaimedGeneration,
  lease: Lease,
  event: { type: EventType; progress: number; queuePosition: number | null },
): Promise<void> {
  const seq = await appendEvent(context.db, lease, event);
  if (seq !== null) announceEvent(context, generation, { seq, type: event.type });
}

export function announceEvent(
  { bus }: Pick<WorkerContext, 'bus'>,
  generation: Pick<ClaimedGeneration, 'user_id' | 'generation_id'>,
  event: { seq: number; type: EventType },
): void {
  const { user_id, generation_id } = generation;
  announce(bus, subjects.event(user_id, generation_id), { v: 1, generation_id, ...event });
}
