import { hash, randomInt } from 'node:crypto';
import { engines } from '@imagegen/core/engines/catalogue';
import type { Engine, EngineId } from '@imagegen/core/engines/engine';
import { AppError } from '@imagegen/core/errors/app-error';
import type { Adjustment } from '@imagegen/core/generation/adjustment';
import { type GenerationInput, limits } from '@imagegen/core/generation/input';
import { resolveSettings } from '@imagegen/core/generation/resolve-settings';
import type { GenerationSettings, SubmittedInput } from '@imagegen/core/generation/settings';
import { mapToProvider } from '@imagegen/core/mapping/map-to-provider';
import type { MappingContext } from '@imagegen/core/mapping/mapping-context';
import type { ProviderPlan } from '@imagegen/core/mapping/provider-plan';
import { type Fallback, planFallbacks } from '@imagegen/core/routing/plan-fallbacks';
import type { Receipt } from '@imagegen/core/routing/receipt';
import { selectProvider } from '@imagegen/core/routing/select-provider';
import { validationError } from '@imagegen/core/validation/validate';
import type { GatewayContext } from '../context.ts';
import type { Door } from './door.ts';
import { keepReferenceImage } from './reference-image.ts';

export type PlannedGeneration = {
  engine: Engine;
  settings: GenerationSettings;
  plan: ProviderPlan;
  adjustments: Adjustment[];
  receipt: Receipt;
  /** Where it may move when its engine fails. */
  fallbacks: Fallback[];
};

type Preparing = Pick<GatewayContext, 'config' | 'loras' | 'vault'>;

/**
 * From a valid input to everything that is stored: settings, engine, receipt, provider calls, adjustments and fallbacks. Nothing is stored
 * yet. The engines' health is a hint from moments ago.
 */
export async function planGeneration(
  context: Preparing & Pick<GatewayContext, 'health'>,
  request: { userId: number; input: SubmittedInput; door: Door },
): Promise<PlannedGeneration> {
  const { settings, mapping, adjustments } = await prepareMapping(context, request);
  const pinned = pinnedEngine(request.door, request.input);
  const decision = selectProvider({ settings, pinned, context: mapping, health: context.health.forNew });
  if (decision.kind === 'refused') {
    throw new AppError(decision.code, decision.message, { ...(decision.details && { details: decision.details }) });
  }
  const { engine } = decision;
  const mapped = mapToProvider(engine, settings, mapping);
  const fallbacks = planFallbacks({ settings, pinned, context: mapping, chosen: { engine, adjustments: mapped.adjustments } });
  return {
    engine,
    settings,
    plan: mapped.plan,
    adjustments: [...adjustments, ...mapped.adjustments],
    receipt: decision.receipt,
    fallbacks: fallbacks.map((fallback) => ({ ...fallback, adjustments: [...adjustments, ...fallback.adjustments] })),
  };
}

/** What every engine is asked with: the settings with their seed, and what the mapping looks up. */
export async function prepareMapping(context: Preparing, { userId, input, door }: { userId: number; input: SubmittedInput; door: Door }) {
  const { settings, adjustments } = resolveSettings(input, { drawSeed: () => randomInt(limits.seedMax + 1) });
  if (settings.reference_image) settings.reference_image = await keepReferenceImage(context, settings.reference_image);
  const mapping: MappingContext = {
    ...context.config.mapping,
    loras: [
      ...(await context.loras.resolve(settings.loras)),
      ...(settings.lora_files ?? []).map((file) => ({ ...file, weight: file.scale })),
    ],
    defaults: door.defaults,
    userTag: hash('sha256', `user:${userId}`).slice(0, 32),
  };
  return { settings, mapping, adjustments };
}

function pinnedEngine(door: Door, input: GenerationInput): EngineId | null {
  if (door.engine && input.engine && input.engine !== door.engine) {
    const message = `must be absent or ${door.engine} here; ${engines[input.engine].title} has a route of its own`;
    throw validationError([{ path: 'engine', message }]);
  }
  return door.engine ?? input.engine ?? null;
}
