import { engines as catalogue, type Engines } from '../engines/catalogue.ts';
import type { EngineId } from '../engines/engine.ts';
import type { GenerationSettings } from '../generation/settings.ts';
import { mapToProvider } from '../mapping/map-to-provider.ts';
import { type MappingContext, referenceImageOf } from '../mapping/mapping-context.ts';
import { whyNot } from '../mapping/refusals.ts';
import { type EngineHealth, isUp } from '../routing/engine-health.ts';
import { estimateEngine } from './estimate.ts';
import { type EstimateOutput, type EstimateProvider, estimateProviders, type Recommendation } from './estimate-output.ts';
import { microsToCredits } from './money.ts';

export type EstimateRequest = { settings: GenerationSettings; context: MappingContext; health: EngineHealth; engines?: Engines };

/** Price, time and fidelity of the same picture at every engine, and the best of those that can make it now. */
export function estimateAll(request: EstimateRequest): EstimateOutput {
  const recommendations = estimateProviders.map((provider) => recommend(provider, request));
  const able = recommendations.filter(({ available }) => available);
  return {
    recommendations,
    cheapest: lowest(able, ({ estimated_cost }) => estimated_cost),
    fastest: lowest(able, ({ estimated_time }) => estimated_time),
    best_quality: lowest(able, ({ quality_score }) => -quality_score),
  };
}

function recommend(provider: EstimateProvider, { settings, context, health, engines = catalogue }: EstimateRequest): Recommendation {
  const changesPicture = referenceImageOf({ settings, context }) !== undefined;
  const id: EngineId = provider === 'openai' && changesPicture ? 'openai-edit' : provider;
  const engine = engines[id];
  const reasons = whyNot(engine, settings, context);
  const { costMicros, seconds } = estimateEngine(engine, settings, context);
  return {
    provider,
    engine: id,
    estimated_cost: microsToCredits(costMicros),
    estimated_time: seconds,
    quality_score: engine.qualityScore,
    limitations: [...engine.limitations, ...reasons],
    adjustments: reasons.length === 0 ? mapToProvider(engine, settings, context).adjustments : [],
    available: reasons.length === 0 && isUp(health, id),
  };
}

function lowest(able: Recommendation[], measure: (recommendation: Recommendation) => number): EstimateProvider | null {
  const [first, ...rest] = able;
  return first ? rest.reduce((best, next) => (measure(next) < measure(best) ? next : best), first).provider : null;
}
