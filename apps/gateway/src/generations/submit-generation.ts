import { createHash } from 'node:crypto';
import { holdMicros } from '@imagegen/core/credits/hold';
import { engines } from '@imagegen/core/engines/catalogue';
import { AppError } from '@imagegen/core/errors/app-error';
import { usdToMicros } from '@imagegen/core/estimate/money';
import type { Adjustment } from '@imagegen/core/generation/adjustment';
import type { Accepted } from '@imagegen/core/generation/output';
import type { SubmittedInput } from '@imagegen/core/generation/settings';
import { subjects } from '@imagegen/core/messages/subjects';
import { findIdempotencyKey, type NewGeneration } from '@imagegen/db/queries/accept-generations';
import { findGeneration } from '@imagegen/db/queries/generations';
import { newId } from '@imagegen/runtime/ids';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { checkTarget } from '../webhooks-out/check-target.ts';
import type { Door } from './door.ts';
import { type PlannedGeneration, planGeneration } from './plan-generation.ts';
import { asAccepted, pollUrl, presentAdjustment, presentReceipt } from './present-generation.ts';

export type Submission = {
  principal: Principal;
  input: SubmittedInput;
  door: Door;
  /** What a door could not carry over from its outside body. */
  adjustments?: Adjustment[] | undefined;
  /** From the header on REST, from the input on tRPC. */
  idempotencyKey?: string | undefined;
};

export type Submitting = Pick<
  GatewayContext,
  'logger' | 'config' | 'loras' | 'vault' | 'health' | 'accepting' | 'db' | 'metrics' | 'limiter' | 'queue' | 'admission'
>;

const defaultDeadlineSeconds = 600;

/**
 * Accepts a generation: the answer means one commit. The same idempotency key with the same input answers the same again; with another
 * input it is refused.
 */
export async function submitGeneration(context: Submitting, submission: Submission): Promise<Accepted & { replayed: boolean }> {
  const { principal, input, door } = submission;
  const key = submission.idempotencyKey ?? input.idempotency_key;
  const idempotency = key ? { route: door.route, key, requestHash: hashInput(input) } : null;
  const earlier = idempotency && (await replay(context, principal, idempotency));
  if (earlier) return earlier;

  const webhookUrl = input.webhook_url ? checkTarget(input.webhook_url, 'webhook_url', context.config.webhookTargets) : null;
  context.admission.admitAny();
  await context.queue.take(principal.userId);
  const planned = await planGeneration(context, { userId: principal.userId, input, door });
  for (const { adjustments } of [planned, ...planned.fallbacks]) adjustments.unshift(...(submission.adjustments ?? []));
  const generation = toRow(planned, submission, { idempotency, webhookUrl });
  context.admission.admitTo(planned.engine, generation.deadline_seconds);
  const row = await accept(context, generation);
  if (row) {
    context.admission.accepted();
    context.metrics.accepted.inc({ engine: planned.engine.id, api: door.api });
    const { generation_id, request_id, engine } = generation;
    context.logger.info({ generation_id, request_id, engine, api: door.api, user_id: principal.userId }, 'generation accepted');
    return { ...present(generation), replayed: false };
  }
  const winner = idempotency && (await replay(context, principal, idempotency));
  if (!winner) throw new AppError('CONFLICT', 'A request with this idempotency key is under way; try again.', { retryAfterSeconds: 1 });
  return winner;
}

/** What its user can pay for at the chosen engine is accepted, if need be without the ways out that might cost more. */
async function accept({ accepting }: Pick<Submitting, 'accepting'>, generation: NewGeneration) {
  try {
    return await accepting.accept(generation);
  } catch (error) {
    const modest = withinOwnPrice(generation);
    if (modest.hold_micros === generation.hold_micros || !(error instanceof AppError && error.code === 'QUOTA_EXCEEDED')) throw error;
    return accepting.accept(modest);
  }
}

function withinOwnPrice(generation: NewGeneration): NewGeneration {
  const { settings, estimated_cost_micros, fallbacks } = generation;
  const own = holdMicros(engines[generation.engine], settings, estimated_cost_micros);
  const affordable = fallbacks.filter((fallback) => fallbackHold(settings, fallback) <= own);
  return { ...generation, hold_micros: own, fallbacks: affordable };
}

function fallbackHold(settings: NewGeneration['settings'], { engine, estimated_cost_micros }: NewGeneration['fallbacks'][number]): number {
  return holdMicros(engines[engine], settings, estimated_cost_micros);
}

function toRow(
  { engine, settings, plan, adjustments, receipt, fallbacks }: PlannedGeneration,
  { principal, input, door }: Submission,
  { idempotency, webhookUrl }: { idempotency: NewGeneration['idempotency']; webhookUrl: string | null },
): NewGeneration {
  const generationId = newId('gen');
  const estimate = receipt.considered.find((candidate) => candidate.engine === engine.id);
  const estimatedMicros = usdToMicros(estimate?.estimated_cost ?? 0);
  return {
    generation_id: generationId,
    request_id: newId('req'),
    user_id: principal.userId,
    provider: engine.label,
    engine: engine.id,
    api: door.api,
    settings,
    plan,
    adjustments,
    routing: receipt,
    fallbacks,
    metadata: input.metadata ?? {},
    estimated_cost_micros: estimatedMicros,
    hold_micros: Math.max(holdMicros(engine, settings, estimatedMicros), ...fallbacks.map((fallback) => fallbackHold(settings, fallback))),
    estimated_time_seconds: Math.ceil(estimate?.estimated_time ?? engine.typicalTimeSeconds),
    deadline_seconds: input.deadline_seconds ?? defaultDeadlineSeconds,
    webhook_url: webhookUrl,
    subject: subjects.requested(engine.provider, generationId),
    idempotency,
  };
}

async function replay(
  { db, limiter }: Pick<GatewayContext, 'db' | 'limiter'>,
  principal: Principal,
  idempotency: NonNullable<NewGeneration['idempotency']>,
) {
  const { route, key, requestHash } = idempotency;
  const found = await findIdempotencyKey(db, { userId: principal.userId, route, key });
  if (!found) return null;
  if (found.request_hash !== requestHash) {
    throw new AppError('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was used before with another request.');
  }
  const row = await findGeneration(db, principal.userId, found.generation_id);
  if (!row) throw new AppError('CONFLICT', 'The generation made with this idempotency key was deleted.');
  await limiter.refund(principal.userId, 'write');
  return { ...present(asAccepted(row)), replayed: true };
}

type Presentable = Pick<
  NewGeneration,
  'generation_id' | 'request_id' | 'provider' | 'engine' | 'estimated_time_seconds' | 'plan' | 'adjustments' | 'routing'
>;

function present(row: Presentable): Accepted {
  return {
    success: true,
    provider: row.provider,
    engine: row.engine,
    request_id: row.request_id,
    generation_id: row.generation_id,
    status: 'pending',
    poll_url: pollUrl(row.request_id),
    estimated_time: row.estimated_time_seconds,
    seed: row.plan.calls[0]?.seed ?? null,
    adjustments: row.adjustments.map(presentAdjustment),
    routing: presentReceipt(row.routing),
  };
}

/** The same for the same input whatever the order of its keys. */
function hashInput(input: SubmittedInput): string {
  const canonical = JSON.stringify(input, (_, value: unknown) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(canonical).digest('hex');
}
