import type { ClaimedAttempt } from '@imagegen/db/queries/claims';
import { findCallback } from '@imagegen/db/queries/webhook-inbox';
import type { SubmissionReference } from './provider-adapter.ts';
import { ProviderError } from './provider-error.ts';
import type { CallRun } from './run-call.ts';

/** How long a provider that calls back is given to do so: three times a typical picture. */
const callbackWaitMs = 45_000;
/** A request that was on its way when its sender died may still be taken; from then on a list that lacks it is believed. */
const listedWithinMs = 10_000;
const pauseMs = 3_000;

export type Resolution =
  | { kind: 'found'; reference: SubmissionReference }
  | { kind: 'never-arrived' }
  | { kind: 'wait'; delayMs: number }
  | { kind: 'give-up' };

/**
 * What became of a submission whose answer was lost, in the order of what is certain: the provider called back with our token; the provider
 * can be asked; the provider may still call back; nothing can be known. What may have been bought is never sent again.
 */
export async function resolveLost({ context, call, waiting }: CallRun, attempt: ClaimedAttempt): Promise<Resolution> {
  const { adapter, db, callbackBaseUrl } = context;
  const calledBack = await findCallback(db, adapter.provider, attempt.callback_token);
  if (calledBack) return { kind: 'found', reference: { providerRequestId: calledBack, urls: {}, endpoint: call.endpoint } };

  const asked = await adapter.find?.({ call, ageMs: attempt.age_ms }, waiting).catch((error: unknown) => {
    if (error instanceof ProviderError) return 'no answer' as const;
    throw error;
  });
  if (asked === 'no answer') return { kind: 'wait', delayMs: pauseMs };
  if (asked) return { kind: 'found', reference: asked };
  if (asked === null) return attempt.age_ms < listedWithinMs ? { kind: 'wait', delayMs: pauseMs } : { kind: 'never-arrived' };

  const callsBack = callbackBaseUrl !== null && adapter.onUnknown === 'await-callback';
  if (callsBack && attempt.age_ms < callbackWaitMs) return { kind: 'wait', delayMs: pauseMs };
  return { kind: 'give-up' };
}
