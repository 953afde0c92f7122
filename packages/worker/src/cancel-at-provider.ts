import { listSubmitted, recordOutcome } from '@imagegen/db/queries/attempts';
import type { ClaimedGeneration } from '@imagegen/db/queries/claims';
import type { StoredError } from '@imagegen/db/tables';
import type { HeldLease } from './held-lease.ts';
import type { WorkerContext } from './worker-context.ts';

/**
 * Asks the provider to stop what it has taken for this generation, and ends those attempts with `reason`. Whatever the provider says: the
 * generation ends uncharged, and what is delivered after that is nobody's.
 */
export async function cancelAtProvider(
  { db, adapter, logger }: WorkerContext,
  generation: ClaimedGeneration,
  held: HeldLease,
  reason: StoredError,
): Promise<void> {
  const submitted = await listSubmitted(db, generation.generation_id);
  await Promise.all(
    submitted.map(async ({ id, call, provider_request_id: providerRequestId, provider_urls: urls }) => {
      const endpoint = generation.plan.calls[call]?.endpoint;
      if (providerRequestId === null || endpoint === undefined) return;
      await adapter
        .cancel?.({ providerRequestId, urls: urls ?? {}, endpoint })
        .catch((error: unknown) => logger.warn({ err: error, attempt: id }, 'the provider could not be asked to stop'));
      await recordOutcome(db, held.lease, id, { state: 'failed', error: reason, costMicros: 0 });
    }),
  );
}
