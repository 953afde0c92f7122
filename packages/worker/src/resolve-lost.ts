import type { ClaimedAttempt } from '@imagegen/db/queries/claims';
import { findCallback } from '@imagegen/db/queries/webhook-inbox';
import type { SubmissionReference } from './provider-adapter.ts';
import { ProviderError } from './provider-error.ts';
import type { CallRun } from './run-call.ts';

/** How long a provider that calls back is given to do so: four times a typical picture. */
const callbackWaitMs = 60_000;
const pauseMs = 3_000;

export type Resolution =
  | { kind: 'found'; reference: SubmissionReference }
  | { kind: 'never-arrived' }
  | { kind: 'wait'; delayMs: number }
  | { kind: 'try-again' }
  | { kind: 'give-up' };

/**
 * What became of a submission whose answer was lost, in the order of what is certain: the provider called back with our token; the provider
 * can be asked; the provider may still call back; nothing can be known, and the provider's policy decides.
 */
export async function resolveLost({ context, generation, call, index, waiting }: CallRun, attempt: ClaimedAttempt): Promise<Resolution> {
  const { adapter, db, callbackBaseUrl } = context;
  const calledBack = await findCallback(db, adapter.provider, attempt.callback_token);
  if (calledBack) return { kind: 'found', reference: { providerRequestId: calledBack, urls: {}, endpoint: call.endpoint } };

  const asked = await adapter.find?.({ call, ageMs: attempt.age_ms }, waiting).catch((error: unknown) => {
    if (error instanceof ProviderError) return 'no answer' as const;
    throw error;
  });
  if (asked === 'no answer') return { kind: 'wait', delayMs: pauseMs };
  if (asked) return { kind: 'found', reference: asked };
  if (asked === null) return attempt.age_ms < pauseMs ? { kind: 'wait', delayMs: pauseMs } : { kind: 'never-arrived' };

  const callsBack = callbackBaseUrl !== null && adapter.onUnknown === 'await-callback';
  if (callsBack && attempt.age_ms < callbackWaitMs) return { kind: 'wait', delayMs: pauseMs };
  const unknownBefore = generation.attempts.some(({ call: of, state, id }) => of === index && state === 'unknown' && id !== attempt.id);
  return callsBack && !unknownBefore ? { kind: 'try-again' } : { kind: 'give-up' };
}
