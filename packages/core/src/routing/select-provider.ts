import { engines as catalogue, type Engines } from '../engines/catalogue.ts';
import { type Engine, type EngineId, engineIds } from '../engines/engine.ts';
import { estimateEngine } from '../estimate/estimate.ts';
import { microsToCredits } from '../estimate/money.ts';
import type { GenerationSettings } from '../generation/settings.ts';
import { countLoras, type MappingContext, referenceImageOf } from '../mapping/mapping-context.ts';
import { findRefusals, type Refusal } from '../mapping/refusals.ts';
import type { EngineHealth, EngineState } from './engine-health.ts';
import type { Receipt } from './receipt.ts';
import { type RoutingFacts, rules } from './rules.ts';

export type RoutingRequest = {
  settings: GenerationSettings;
  /** The engine the caller chose; then no other is used. */
  pinned: EngineId | null;
  context: MappingContext;
  health: EngineHealth;
  /** The catalogue unless prices are overridden. */
  engines?: Engines;
};

export type RoutingDecision =
  | { kind: 'selected'; engine: Engine; receipt: Receipt }
  | {
      kind: 'refused';
      code: Refusal['code'] | 'SERVICE_UNAVAILABLE';
      message: string;
      details?: Record<string, unknown>;
      considered: Receipt['considered'];
    };

type Candidate = { engine: Engine; refusals: Refusal[]; state: EngineState['state']; row: Receipt['considered'][number] };

/**
 * Chooses the engine: the pinned one or none; else the one the first matching rule names; when that cannot or is down, the first able
 * engine in the order of `engineIds`, those of a provider in trouble last. What is down comes back: when nothing else may be chosen, the wish is accepted and waits for it.
 * Never selects an engine that refuses the request or has no key. The receipt lists every engine.
 */
export function selectProvider(request: RoutingRequest): RoutingDecision {
  const candidates = engineIds.map((id) => consider(id, request));
  const considered = candidates.map(({ row }) => row);
  const eligible = candidates.filter(({ engine }) => isEligible(engine, request));
  const wish = findWish(eligible, request);
  const able = [wish.candidate, ...eligible.filter((candidate) => !isInTrouble(candidate, candidates)), ...eligible];
  const chosen = able.find(({ row }) => row.ok) ?? able.find(canWait);
  if (!chosen) return { kind: 'refused', ...explainRefusal(eligible), considered };
  const rule =
    chosen === wish.candidate
      ? wish.rule
      : `${wish.rule}; ${wish.candidate.engine.id} cannot (${wish.candidate.row.reasons.join(' ')}), so the next able engine`;
  return { kind: 'selected', engine: chosen.engine, receipt: { engine: chosen.engine.id, rule, considered } };
}

function consider(id: EngineId, { settings, context, health, engines = catalogue }: RoutingRequest): Candidate {
  const engine = engines[id];
  const refusals = findRefusals({ engine, settings, context });
  const reasons = refusals.map(({ message }) => message);
  const { state, reason } = health[id] ?? { state: 'up' };
  if (state !== 'up') reasons.push(`${engine.title} is not available: ${reason ?? 'it does not answer'}.`);
  const { costMicros, seconds } = estimateEngine(engine, settings, context);
  const row = {
    engine: id,
    ok: reasons.length === 0,
    reasons,
    estimated_cost: microsToCredits(costMicros),
    estimated_time: seconds,
    health: state,
  };
  return { engine, refusals, state, row };
}

/** What keeps one engine of a provider from answering may soon keep the others. */
function isInTrouble({ engine: { provider } }: Candidate, candidates: readonly Candidate[]): boolean {
  return candidates.some(({ engine, state }) => engine.provider === provider && state === 'down');
}

function canWait({ refusals, state }: Candidate): boolean {
  return refusals.length === 0 && state === 'down';
}

export function isEligible(engine: Engine, { pinned, settings }: Pick<RoutingRequest, 'pinned' | 'settings'>): boolean {
  if (pinned !== null) return engine.id === pinned;
  const preference = settings.provider_preference ?? 'auto';
  return preference === 'auto' || engine.provider === preference;
}

/** The engine the caller or the rules ask for, able or not. */
function findWish(eligible: Candidate[], { pinned, settings, context }: RoutingRequest): { candidate: Candidate; rule: string } {
  const facts: RoutingFacts = {
    loras: countLoras({ settings, context }),
    referenceImage: referenceImageOf({ settings, context }) !== undefined,
    priority: settings.priority,
    preference: settings.provider_preference,
  };
  const wished = pinned === null ? rules : [{ id: 'pinned', reason: 'the caller chose this engine', when: () => true, engine: pinned }];
  for (const rule of wished) {
    const candidate = rule.when(facts) && eligible.find(({ engine }) => engine.id === rule.engine);
    if (candidate) return { candidate, rule: `${rule.id}: ${rule.reason}` };
  }
  throw new Error('every provider has a rule that leads to it');
}

type RefusalAnswer = Omit<Extract<RoutingDecision, { kind: 'refused' }>, 'kind' | 'considered'>;

/** An engine that only lacks its key may be able later; otherwise the most generous limit is the one worth telling. */
function explainRefusal(eligible: Candidate[]): RefusalAnswer {
  const down = eligible.find(({ refusals }) => refusals.length === 0);
  if (down) return { code: 'SERVICE_UNAVAILABLE', message: down.row.reasons.join(' ') };
  const refusals = eligible.flatMap((candidate) => candidate.refusals);
  const limit = (refusal: Refusal) => (refusal.code === 'LIMIT_EXCEEDED' ? Number(refusal.details.limit) : -1);
  const { code, details } = refusals.reduce((best, refusal) => (limit(refusal) > limit(best) ? refusal : best));
  return {
    code,
    message: [...new Set(eligible.length === 1 ? eligible[0]?.row.reasons : refusals.map(({ message }) => message))].join(' '),
    details,
  };
}
