import { AppError } from '@imagegen/core/errors/app-error';
import { microsToCredits } from '@imagegen/core/estimate/money';
import type { RefusedRow } from '@imagegen/db/queries/accept-generations';

const dayMs = 86_400_000;

/**
 * Why nothing was accepted: QUOTA_EXCEEDED for what its user can change, SERVICE_UNAVAILABLE for the operator's cap on a provider.
 * `available` is what is left of the balance or, with `daily`, of today's cap; both in credits.
 */
export function refusalError(holdMicros: number, { refused_by, room_micros }: RefusedRow): AppError {
  const details = { required: microsToCredits(holdMicros), available: microsToCredits(room_micros) };
  if (refused_by === 'balance') {
    return new AppError('QUOTA_EXCEEDED', `This needs ${details.required} credits, and ${details.available} are available.`, { details });
  }
  const retryAfterSeconds = secondsToMidnight(Date.now());
  if (refused_by.startsWith('user:')) {
    const message = `This needs ${details.required} credits, and ${details.available} are left of what you may spend today.`;
    return new AppError('QUOTA_EXCEEDED', message, { details: { ...details, daily: true }, retryAfterSeconds });
  }
  const provider = refused_by.slice('provider:'.length);
  return new AppError('SERVICE_UNAVAILABLE', `Today's spending on ${provider} has reached its cap.`, {
    details: { provider },
    retryAfterSeconds,
  });
}

/** Days are those of UTC. */
export function secondsToMidnight(nowMs: number): number {
  return Math.ceil((dayMs - (nowMs % dayMs)) / 1_000);
}
