import { engines } from '@imagegen/core/engines/catalogue';
import { microsToCredits } from '@imagegen/core/estimate/money';
import type { Adjustment } from '@imagegen/core/generation/adjustment';
import type { GenerationDetails, GenerationOutput, ImageOutput } from '@imagegen/core/generation/output';
import { isTerminal } from '@imagegen/core/generation/status';
import type { Receipt } from '@imagegen/core/routing/receipt';
import type { GenerationRow, listAttempts } from '@imagegen/db/queries/generations';
import type { StoredImage } from '@imagegen/db/tables';
import type { ImageLinks } from './image-links.ts';

export function pollUrl(requestId: string): string {
  return `/api:v2/status/check?request_id=${requestId}`;
}

/** jsonb forgets the order of keys; answers spell it, so that a replayed one is the same to the byte. */
export function presentReceipt({ engine, rule, considered, failovers }: Receipt): Receipt {
  const rows = considered.map(({ engine, ok, reasons, estimated_cost, estimated_time, health }) => ({
    engine,
    ok,
    reasons,
    estimated_cost,
    estimated_time,
    ...(health && { health }),
  }));
  return {
    engine,
    rule,
    considered: rows,
    ...(failovers && { failovers: failovers.map(({ from, to, reason, at }) => ({ from, to, reason, at })) }),
  };
}

export function presentAdjustment({ parameter, kind, asked, used, reason }: Adjustment): Adjustment {
  return { parameter, kind, asked, used, reason };
}

/** The canonical output of a row: the only place where rows become answers. */
export function presentGeneration(row: GenerationRow, links: ImageLinks, now: Date = new Date()): GenerationOutput {
  const open = !isTerminal(row.status);
  return {
    generation_id: row.generation_id,
    request_id: row.request_id,
    status: row.status,
    provider: row.provider,
    provider_used: engines[row.engine].provider,
    engine: row.engine,
    api: row.api,
    prompt: row.settings.prompt,
    seed: row.plan.calls[0]?.seed ?? null,
    progress: row.progress,
    ...(open && row.queue_position !== null && { queue_position: row.queue_position }),
    estimated_time: row.estimated_time_seconds,
    ...(open && { estimated_time_remaining: remainingSeconds(row, now) }),
    poll_url: pollUrl(row.request_id),
    images: row.images.map((image) => presentImage(row, image, links)),
    credits_used: Number(row.credits_used),
    adjustments: [...row.adjustments, ...row.delivery_adjustments].map(presentAdjustment),
    routing: presentReceipt(row.routing),
    ...(row.error && { error: row.error }),
    is_favorite: row.is_favorite,
    created_at: row.created_at.toISOString(),
    completed_at: row.completed_at?.toISOString() ?? null,
  };
}

type Movable = Pick<GenerationRow, 'provider' | 'engine' | 'plan' | 'adjustments' | 'routing' | 'estimated_time_seconds' | 'accepted_as'>;

/** The row as it was answered first, at the engine it has perhaps left since. */
export function asAccepted<Row extends Movable>(row: Row): Row {
  if (!row.accepted_as) return row;
  const { seed, ...first } = row.accepted_as;
  const { failovers: _, ...routing } = row.routing;
  return { ...row, ...first, routing, plan: { ...row.plan, calls: row.plan.calls.map((call) => ({ ...call, seed })) } };
}

/** The canonical output as it was at the moment of acceptance, whatever has happened since. */
export function presentAtAccept(row: GenerationRow, links: ImageLinks): GenerationOutput {
  const untouched = { progress: 0, queue_position: null, images: [], credits_used: '0', delivery_adjustments: [], is_favorite: false };
  return presentGeneration(
    { ...asAccepted(row), ...untouched, status: 'pending', error: null, started_at: null, completed_at: null },
    links,
    row.created_at,
  );
}

export function presentDetails(output: GenerationOutput, attempts: Awaited<ReturnType<typeof listAttempts>>): GenerationDetails {
  return {
    ...output,
    attempts: attempts.map(({ try: n, call, engine, state, error, cost_micros }) => ({
      n,
      call,
      engine,
      state,
      ...(error && { error }),
      ...(cost_micros !== null && { cost: microsToCredits(cost_micros) }),
    })),
  };
}

function remainingSeconds(row: GenerationRow, now: Date): number {
  const elapsed = (now.getTime() - (row.started_at ?? now).getTime()) / 1000;
  return Math.max(0, Math.ceil(row.estimated_time_seconds - elapsed));
}

function presentImage(row: GenerationRow, image: StoredImage, links: ImageLinks): ImageOutput {
  const { sha256, content_type, width, height, bytes, seed, placeholder } = image;
  return {
    url: links.signed(sha256, content_type),
    vault_url: row.settings.save_to_vault === false ? null : links.permanent(sha256, content_type),
    thumbnail_url: links.thumbnail(sha256),
    placeholder,
    seed,
    width,
    height,
    content_type,
    bytes,
    sha256,
    metadata: {
      seed,
      width,
      height,
      actual_cfg: row.plan.actual.cfg_scale,
      actual_steps: row.plan.actual.steps,
      generation_time: row.generation_time ?? 0,
      provider: row.provider,
    },
  };
}
