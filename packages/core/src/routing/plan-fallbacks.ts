import { engines as catalogue, type Engines } from '../engines/catalogue.ts';
import { type Engine, type EngineId, engineIds, type ProviderLabel } from '../engines/engine.ts';
import { type Estimate, estimateEngine } from '../estimate/estimate.ts';
import type { Adjustment } from '../generation/adjustment.ts';
import type { GenerationSettings } from '../generation/settings.ts';
import { mapToProvider } from '../mapping/map-to-provider.ts';
import type { MappingContext } from '../mapping/mapping-context.ts';
import type { ProviderPlan } from '../mapping/provider-plan.ts';
import { findRefusals } from '../mapping/refusals.ts';
import { isEligible } from './select-provider.ts';

/** Where a generation may move when its engine fails, complete: whoever moves it need not know how it was planned. */
export type Fallback = {
  engine: EngineId;
  label: ProviderLabel;
  plan: ProviderPlan;
  adjustments: Adjustment[];
  estimated_cost_micros: number;
  estimated_time_seconds: number;
};

export type FallbackRequest = {
  settings: GenerationSettings;
  /** The engine the caller chose: then there is nowhere to go. */
  pinned: EngineId | null;
  context: MappingContext;
  /** What was selected, and what it does not honour. */
  chosen: { engine: Engine; adjustments: readonly Adjustment[] };
  engines?: Engines;
};

/** A fallback costs at most this many times what was chosen: the hold covers the dearest. */
const mostTimesAsDear = 2;
const mostFallbacks = 2;

/**
 * The engines that would make the same picture no worse: nothing is approximated or dropped there that the chosen one honours, but what
 * the caller allowed by name. Other providers first, then the most faithful, then the cheapest.
 */
export function planFallbacks(request: FallbackRequest): Fallback[] {
  const { settings, context, chosen, engines = catalogue, pinned } = request;
  if (pinned !== null) return [];
  const mostMicros = estimateEngine(chosen.engine, settings, context).costMicros * mostTimesAsDear;
  const fallbacks = engineIds.flatMap((id) => {
    const engine = engines[id];
    if (id === chosen.engine.id || !isEligible(engine, request) || findRefusals({ engine, settings, context }).length > 0) return [];
    const estimate = estimateEngine(engine, settings, context);
    const { plan, adjustments } = mapToProvider(engine, settings, context);
    return estimate.costMicros <= mostMicros &&
      isNoWorse(adjustments, { accepted: chosen.adjustments, allowed: settings.allow_adjustments ?? [] })
      ? [toFallback(engine, estimate, { plan, adjustments })]
      : [];
  });
  const isSameProvider = ({ engine }: Fallback) => Number(engines[engine].provider === chosen.engine.provider);
  return fallbacks
    .sort(
      (a, b) =>
        isSameProvider(a) - isSameProvider(b) ||
        a.adjustments.length - b.adjustments.length ||
        a.estimated_cost_micros - b.estimated_cost_micros,
    )
    .slice(0, mostFallbacks);
}

type Tolerated = { accepted: readonly Adjustment[]; allowed: readonly string[] };

function isNoWorse(adjustments: readonly Adjustment[], { accepted, allowed }: Tolerated): boolean {
  const known = new Set([
    ...accepted.map(({ parameter, kind }) => `${parameter} ${kind}`),
    ...allowed.map((parameter) => `${parameter} dropped`),
  ]);
  return adjustments.every(
    ({ parameter, kind }) => known.has(`${parameter} dropped`) || (kind === 'approximated' && known.has(`${parameter} approximated`)),
  );
}

function toFallback(
  engine: Engine,
  { costMicros, seconds }: Estimate,
  mapped: { plan: ProviderPlan; adjustments: Adjustment[] },
): Fallback {
  return {
    engine: engine.id,
    label: engine.label,
    ...mapped,
    estimated_cost_micros: costMicros,
    estimated_time_seconds: Math.ceil(seconds),
  };
}
