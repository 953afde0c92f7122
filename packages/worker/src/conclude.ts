import { microsToCredits } from '@imagegen/core/estimate/money';
import type { Adjustment } from '@imagegen/core/generation/adjustment';
import type { ClaimedGeneration } from '@imagegen/db/queries/claims';
import type { GenerationEnd } from '@imagegen/db/queries/finish-generation';
import type { StoredError } from '@imagegen/db/tables';
import type { CallEnd } from './run-call.ts';

/** What becomes of a generation whose calls have all come to a stop. */
export type Next = { kind: 'finish'; end: GenerationEnd } | { kind: 'release'; delayMs: number; countsAsTry: boolean };

/** What the ends of all calls mean for the generation. Some pictures are better than none: what was delivered is kept and paid for. */
export function conclude(generation: Pick<ClaimedGeneration, 'plan' | 'settings'>, ends: readonly CallEnd[]): Next {
  const later = ends.filter((end) => end.kind === 'later');
  if (later.length > 0) return { kind: 'release', delayMs: Math.min(...later.map(({ delayMs }) => delayMs)), countsAsTry: false };
  const retry = ends.filter((end) => end.kind === 'retry');
  if (retry.length > 0) return { kind: 'release', delayMs: Math.max(...retry.map(({ delayMs }) => delayMs)), countsAsTry: true };
  const delivered = ends.filter((end) => end.kind === 'delivered');
  const images = delivered.flatMap((end) => end.images);
  const failure = ends.find((end) => end.kind === 'failed');
  if (images.length === 0) {
    return {
      kind: 'finish',
      end: { status: 'failed', error: failure?.error ?? { code: 'PROVIDER_ERROR', message: 'The provider delivered nothing.' } },
    };
  }
  const costMicros = delivered.reduce((sum, end) => sum + end.costMicros, 0);
  const adjustments = [...missingImages(generation, images.length, failure?.error), ...otherSize(generation, images)];
  return { kind: 'finish', end: { status: 'completed', images, creditsUsed: microsToCredits(costMicros), adjustments } };
}

function missingImages({ plan }: Pick<ClaimedGeneration, 'plan'>, used: number, failure: StoredError | undefined): Adjustment[] {
  const asked = plan.calls.reduce((sum, call) => sum + call.images, 0);
  if (used >= asked) return [];
  const reason = failure?.message ?? 'The provider withheld or spoiled the others. They are not charged.';
  return [{ parameter: 'num_images', kind: 'approximated', asked, used, reason }];
}

function otherSize(
  { plan, settings }: Pick<ClaimedGeneration, 'plan' | 'settings'>,
  images: { width: number; height: number }[],
): Adjustment[] {
  const odd = images.find(({ width, height }) => width !== plan.actual.width || height !== plan.actual.height);
  if (!odd) return [];
  const asked = `${settings.width}x${settings.height}`;
  return [
    { parameter: 'size', kind: 'approximated', asked, used: `${odd.width}x${odd.height}`, reason: 'The provider delivered another size.' },
  ];
}
