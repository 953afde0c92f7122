import { type ClaimedDelivery, recordDelivery, releaseDelivery } from '@imagegen/db/queries/claim-deliveries';
import { ensureDefaultSecret } from '@imagegen/db/queries/webhook-endpoints';
import { guardedPost } from '@imagegen/runtime/guarded-post';
import type { GatewayContext } from '../context.ts';
import { describeEvent, type Payload } from './describe-event.ts';
import { judgeAnswer, judgeError, nothingToTell, type Outcome } from './judge-attempt.ts';
import { newWebhookSecret, signedHeaders } from './signature.ts';

export type Delivering = Pick<GatewayContext, 'db' | 'links' | 'config' | 'logger' | 'metrics'>;

/** Longer than an attempt can take with everything around it. */
export const leaseMs = 30_000;
const answerWithinMs = 15_000;
/** An endpoint at which nothing went well for so long is disabled. */
const giveUpMs = 3 * 24 * 3_600_000;

/**
 * Makes one attempt at a delivery that this process has claimed, and writes down what came of it. When `signal` aborts it is given back
 * untried; its receiver may have seen it all the same, and knows it again by its id.
 */
export async function deliver(context: Delivering, delivery: ClaimedDelivery, signal: AbortSignal): Promise<void> {
  const { db, logger, metrics } = context;
  const at = new Date();
  const { status, error, verdict } = await attempt(context, delivery, { at, signal });
  if (signal.aborted && verdict.status !== 'delivered') return releaseDelivery(db, delivery);
  const made = { at: at.toISOString(), status, duration_ms: Date.now() - at.getTime(), error };
  const recorded = await recordDelivery(db, delivery, { attempt: made, verdict, giveUpMs });
  if (!recorded) return;
  const { delivery_id, endpoint_id, generation_id, user_id } = delivery;
  metrics.webhookDeliveries.inc({ outcome: verdict.status === 'pending' ? 'retried' : verdict.status });
  logger.debug({ delivery_id, endpoint_id, generation_id, status, error, outcome: verdict.status }, 'webhook attempted');
  if (recorded.disabled) logger.warn({ endpoint_id, user_id, gone: verdict.gone }, 'webhook endpoint disabled');
}

async function attempt(
  context: Delivering,
  delivery: ClaimedDelivery,
  { at, signal }: { at: Date; signal: AbortSignal },
): Promise<Outcome> {
  const payload = await describeEvent(context, delivery);
  if (!payload) return nothingToTell;
  try {
    return judgeAnswer(await post(context, delivery, { payload, at, signal }), delivery);
  } catch (thrown) {
    return judgeError(thrown, delivery);
  }
}

async function post(
  { db, config }: Delivering,
  { delivery_id: id, user_id, url, ...signing }: ClaimedDelivery,
  { payload, at, signal }: { payload: Payload; at: Date; signal: AbortSignal },
) {
  const { secret, previous_secret } = signing.secret ? signing : await ensureDefaultSecret(db, user_id, newWebhookSecret());
  const secrets = [secret, previous_secret].filter((each) => each !== null);
  const body = JSON.stringify(payload);
  const headers = { 'content-type': 'application/json', 'user-agent': 'imagegen-webhooks/2', ...signedHeaders(secrets, { id, body, at }) };
  return guardedPost(url, config.webhookTargets, { body, headers, timeoutMs: answerWithinMs, signal });
}
